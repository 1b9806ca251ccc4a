"""Open lines: customers who write from messengers, the line's queue, sessions, and connectors of applications.

Source: `api-reference/imopenlines/**`; methods.md G.1 and G.2. `network.*` (the vendor's own network of lines) is not here.
"""

from b24app.sandbox.kernel.events import known_events

known_events(
    "imconnector", "ONIMCONNECTORMESSAGEADD", "ONIMCONNECTORMESSAGEUPDATE", "ONIMCONNECTORMESSAGEDELETE",
    "ONIMCONNECTORDIALOGSTART", "ONIMCONNECTORDIALOGFINISH", "ONIMCONNECTORLINEDELETE", "ONIMCONNECTORSTATUSDELETE",
)  # fmt: skip
known_events(
    "imopenlines", "ONOPENLINEMESSAGEADD", "ONOPENLINEMESSAGEUPDATE", "ONOPENLINEMESSAGEDELETE", "ONSESSIONSTART",
    "ONSESSIONFINISH",
)  # fmt: skip
