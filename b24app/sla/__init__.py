"""Calendars, policies, clocks and their explanation. Pure."""

from b24app.sla.calendar import CALENDAR_KEYS, BusinessCalendar, describe_hours, hours_of_months
from b24app.sla.production import production_calendar

__all__ = ["CALENDAR_KEYS", "BusinessCalendar", "describe_hours", "hours_of_months", "production_calendar"]
