"""Tables, repositories and units of work."""
