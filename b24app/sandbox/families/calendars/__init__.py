"""Calendars: sections, events with repetition and guests, who is busy. Sources: `api-reference/calendar/**.md`.

Dates are printed in the portal's own format; `*_TS_UTC` beside them say the same without a zone.
"""

from b24app.sandbox.kernel.events import known_events

known_events("calendar", "ONCALENDARENTRYADD", "ONCALENDARENTRYUPDATE", "ONCALENDARENTRYDELETE", "ONCALENDARSECTIONADD",
             "ONCALENDARSECTIONUPDATE", "ONCALENDARSECTIONDELETE")  # fmt: skip
