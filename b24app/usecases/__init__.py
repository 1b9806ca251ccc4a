"""Gather, decide, commit: one file per story."""
