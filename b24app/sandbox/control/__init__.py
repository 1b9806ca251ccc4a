"""The control API below `/_sandbox/`: what a rehearsal or a test does to the portal from outside.

Routes and their bodies stand in `docs/sandbox.md`. Nobody is asked for a password: the sandbox listens on loopback.
"""
