"""Door of the public API."""
