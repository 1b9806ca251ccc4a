"""One module a command or group of commands; `b24app.__main__` imports only the one that is called."""
