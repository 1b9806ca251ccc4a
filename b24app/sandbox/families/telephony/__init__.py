"""Telephony: calls that an application's own exchange registers, its lines, statistics, and events.

Source: `api-reference/telephony/**`; methods.md G.3. The vendor's own telephony (`voximplant.line.*`, `sip`, `callback`,
`infocall`, `tts`) is not here: a sandbox has nobody to ring.
"""

from b24app.sandbox.kernel.events import known_events

known_events(
    "telephony", "ONVOXIMPLANTCALLINIT", "ONVOXIMPLANTCALLSTART", "ONVOXIMPLANTCALLEND", "ONEXTERNALCALLSTART",
    "ONEXTERNALCALLBACKSTART",
)  # fmt: skip
