"""Door of the client cabinet."""
