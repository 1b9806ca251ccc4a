"""Robots, actions and workflows of applications: bizproc.*. Sources: `api-reference/bizproc/**.md`, platform.md 5.

A robot stands on a stage (`automation`) or is run by hand through the control API; it posts to its application and, if
it was registered with USE_SUBSCRIPTION, waits for `bizproc.event.send`.
"""
