"""People and departments of the company, and its working time."""

from b24app.sandbox.kernel.events import known_events

known_events("user", "ONUSERADD")
