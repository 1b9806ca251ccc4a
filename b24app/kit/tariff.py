"""What a portal's plan lets through, and the margins we keep to. Two keepers of the same law share these numbers.

Source: documentation, limits; platform.md 3.8.
"""

from dataclasses import dataclass
from typing import Final

MARGIN_BURST: Final = 0.8
MARGIN_RATE: Final = 0.95
"""Taken off the tariff: the portal counts in whole seconds, and requests bunch on their way."""
LEAST_TRUST: Final = 1 / 16
REGAINED_A_SECOND: Final = 0.04 / 60
"""A refusal halves the part of the tariff we trust to be ours; 4 % of it come back with each quiet minute."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Requests a second in the long run, and requests at once."""

    rate: float = 2.0
    burst: int = 50

    @property
    def interval_s(self) -> float:
        """Seconds of the bucket that one request fills."""
        return 1.0 / (self.rate * MARGIN_RATE)

    @property
    def depth_s(self) -> float:
        """Seconds that fill the bucket."""
        return self.burst * MARGIN_BURST * self.interval_s


ORDINARY: Final = Tariff()
ENTERPRISE: Final = Tariff(rate=5.0, burst=250)


def tariff_of(license_family: str) -> Tariff:
    """The tariff of `app.info → LICENSE_FAMILY`."""
    return ENTERPRISE if license_family.lower() == "ent" else ORDINARY
