"""The control API below `/_sandbox/`: time, faults, logs, writes as a user, registration of applications."""
