"""Articles and suggestions. Pure."""
