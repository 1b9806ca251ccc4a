"""Laws of the leaky bucket: alone it is never refused, nobody waits for the background, refusals are learned from."""

from dataclasses import dataclass

import pytest
from b24app.bitrix.bucket import Gcra, MemoryBucket
from b24app.bitrix.throttle import SHARES, Priority
from b24app.kit.tariff import ENTERPRISE, ORDINARY, Tariff, tariff_of
from hypothesis import given, settings
from hypothesis import strategies as some

tariffs = some.sampled_from([ORDINARY, ENTERPRISE])
shares = some.sampled_from(sorted(SHARES.values()))
gaps = some.floats(0.0, 5.0)


@dataclass
class PortalsBucket:
    """As documented: a request adds one, each second takes `rate` off, above `burst` it is refused."""

    tariff: Tariff
    phase: float = 0.0
    level: float = 0.0
    second: int = 0
    refusals: int = 0

    def request(self, now: float) -> bool:
        second = int(now + self.phase)
        self.level = max(self.level - (second - self.second) * self.tariff.rate, 0.0)
        self.second = second
        if self.level + 1 > self.tariff.burst:
            self.refusals += 1
            return False
        self.level += 1
        return True


@given(tariffs, some.floats(0.0, 1.0), some.lists(some.tuples(gaps, shares, some.floats(0.0, 1.0)), max_size=300))
def test_alone_on_its_address_it_is_never_refused(
    tariff: Tariff, phase: float, asked: list[tuple[float, float, float]]
) -> None:
    ours, now, arrivals = Gcra(tariff), 0.0, []
    for gap, share, on_the_way in asked:
        now += gap
        as_hungry_as_can_be = sum(ours.take(now, share) == 0.0 for _ in range(20))
        arrivals += [now + on_the_way] * as_hungry_as_can_be
    portal = PortalsBucket(tariff, phase)

    assert all([portal.request(moment) for moment in sorted(arrivals)])  # noqa: C419 - each counts, not only up to the first


@given(tariffs, some.lists(gaps, max_size=100))
def test_the_background_never_makes_a_person_wait(tariff: Tariff, pauses: list[float]) -> None:
    ours, now = Gcra(tariff), 0.0
    for pause in pauses:
        now += pause
        while ours.take(now, SHARES[Priority.EXPORT]) == 0.0:
            pass
        assert ours.take(now, SHARES[Priority.PERSON]) == 0.0


@given(tariffs, shares, some.integers(0, 300), gaps)
def test_after_the_promised_wait_the_request_goes(tariff: Tariff, share: float, before: int, pause: float) -> None:
    ours = Gcra(tariff)
    for _ in range(before):
        ours.take(0.0, share)
    wait = ours.take(pause, share)

    assert wait == 0.0 or ours.take(pause + wait + 1e-9, share) == 0.0


@given(tariffs)
def test_in_the_long_run_almost_the_whole_tariff_is_used(tariff: Tariff) -> None:
    ours, granted = Gcra(tariff), 0
    for tick in range(6000):
        granted += ours.take(tick / 10, 1.0) == 0.0

    assert granted >= 600 * tariff.rate * 0.94


@settings(max_examples=10, deadline=None)
@given(some.floats(0.0, 1.7), some.integers(0, 50), some.floats(0.0, 1.0))
def test_a_shared_bucket_costs_a_handful_of_refusals_an_hour(others: float, at_first: int, phase: float) -> None:
    """Somebody on our address draws steadily, and had filled part of the bucket before we came."""
    portal, ours = PortalsBucket(ORDINARY, phase, level=at_first), Gcra(ORDINARY)
    paid, refusals = 0.0, 0
    for tick in range(18_000):
        now = tick / 5
        paid += others / 5
        while paid >= 1:
            paid -= 1
            portal.request(now)
        if ours.take(now, SHARES[Priority.EXPORT]) == 0.0 and not portal.request(now):
            refusals += 1
            ours.refused(now, 1.0)

    assert refusals <= 30


def test_a_refusal_halves_the_trust_and_quiet_minutes_give_it_back() -> None:
    ours = Gcra(ORDINARY)

    ours.refused(0.0, 1.0)
    ours.refused(0.5, 1.0)  # was under way already
    assert ours.trust(1.5) == 0.5
    assert ours.trust(1.5 + 300) == pytest.approx(0.7)
    assert ours.trust(1.5 + 3600) == 1.0


async def test_a_bucket_of_one_process_keeps_the_law_by_a_steady_clock() -> None:
    now = 100.0
    bucket = MemoryBucket(rate=2.0, burst=50, now=lambda: now)

    assert [await bucket.take(1.0) for _ in range(40)] == [0.0] * 40
    assert await bucket.take(1.0) == pytest.approx(1 / 1.9)
    await bucket.refused(3.0)
    assert await bucket.take(1.0) == 3.0


def test_an_enterprise_plan_is_known_by_its_family() -> None:
    assert tariff_of("ent") == ENTERPRISE
    assert tariff_of("pro") == tariff_of("") == ORDINARY
