"""Shared templates, filters and static files of every page."""
