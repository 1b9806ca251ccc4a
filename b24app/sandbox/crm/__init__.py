"""CRM: described resources behind `crm.item.*` and the classic families.

Importing this package and its modules registers the methods; `start` makes the dictionaries of a fresh portal.
"""

from b24app.sandbox.crm import stages
from b24app.sandbox.kernel.events import known_events
from b24app.sandbox.kernel.portal import Portal

_ACTS = ("ADD", "UPDATE", "DELETE")
_FAMILIES = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "DYNAMICITEM", "ACTIVITY", "TIMELINECOMMENT", "TYPE",
             "REQUISITE", "BANKDETAIL", "CURRENCY", "PRODUCT", "INVOICE", "DEALRECURRING",
             "DOCUMENTGENERATORDOCUMENT")  # fmt: skip
_WITH_FIELDS = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "REQUISITE", "TYPE", "INVOICE")

known_events("crm", *(f"ONCRM{family}{act}" for family in _FAMILIES for act in _ACTS))
known_events("crm", *(f"ONCRM{family}USERFIELD{act}" for family in _WITH_FIELDS for act in (*_ACTS, "SETENUMVALUES")))
known_events("crm", "ONCRMDEALMOVETOCATEGORY", "ONCRMTIMELINEITEMACTION", "ONCRMDEALRECURRINGEXPOSE",
             "ONCRMADDRESSREGISTER", "ONCRMADDRESSUNREGISTER")  # fmt: skip


def start(portal: Portal) -> None:
    """Stages, dictionaries and pipelines of a fresh portal."""
    stages.fill(portal)
