"""Calendars, policies, clocks and their explanation. Pure."""
