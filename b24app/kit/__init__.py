"""Tiny things every room may use: ids, errors, the clock."""
