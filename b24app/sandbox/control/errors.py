"""How the control API refuses."""


class Bad(Exception):
    """A request the control API does not understand; its text is the answer."""
