"""Laws of the working time: what is known of the limit is kept, what is not is learned with few refusals."""

from dataclasses import dataclass, field

import pytest
from b24app.bitrix.operating import LIMIT_S, MethodTime, Pace
from hypothesis import given, settings
from hypothesis import strategies as some


@dataclass
class Meter:
    """The portal's account of one method: ten baskets, checked before each call. Source: documentation, limits."""

    limit_s: float
    basket_s: float = 60.0
    tells: bool = True
    baskets: dict[float, float] = field(default_factory=dict)
    refusals: int = 0

    def used(self, now: float) -> float:
        self.baskets = {at: spent for at, spent in self.baskets.items() if at + 10 * self.basket_s > now}
        return sum(self.baskets.values())

    def call(self, now: float, cost: float) -> dict[str, float] | None:
        """The times of the answer, None for a refusal."""
        if self.used(now) > self.limit_s:
            self.refusals += 1
            return None
        newest = max(self.baskets, default=float("-inf"))
        if newest + self.basket_s < now:
            newest = now
        self.baskets[newest] = self.baskets.get(newest, 0.0) + cost
        told = {"start": 5000 + now, "finish": 5000 + now + cost, "duration": cost}
        if self.tells:
            told |= {"operating": self.used(now), "operating_reset_at": 5000 + min(self.baskets) + 10 * self.basket_s}
        return told


def work_off(meter: Meter, method: MethodTime, commands: int, cost: float, *, parallel: int = 4) -> float:
    """Send so many commands in batches, several at once, as the method's time lets them go. Gives when it was done."""
    now, left = 0.0, commands
    while left:
        waits, batches = [], []
        for _ in range(parallel):
            granted, wait = method.grant(now, min(left, 25), urgent=False)
            waits.append(wait)
            if granted:
                method.begin(now, granted)
                batches.append(granted)
                left -= granted
        longest = 0.0
        for granted in batches:
            done = _batch(meter, method, now, granted, cost)
            left += granted - done
            longest = max(longest, done * cost)
        now += max(longest, 0.01) if batches else max(min(waits), 0.01)
        assert now < 100_000, "it never ends"
    return now


def _batch(meter: Meter, method: MethodTime, now: float, granted: int, cost: float) -> int:
    done = 0
    for place in range(granted):
        told = meter.call(now + place * cost, cost)
        if told is None:
            method.refuse(now + place * cost)
            break
        method.learn(now + place * cost, told)
        done += 1
    method.end(granted)
    return done


@settings(max_examples=12, deadline=None)
@given(some.floats(0.05, 2.0))
def test_a_known_limit_is_never_struck(cost: float) -> None:
    meter, method = Meter(LIMIT_S), MethodTime()

    work_off(meter, method, int(1500 / cost), cost)

    assert meter.refusals == 0


@settings(max_examples=12, deadline=None)
@given(some.floats(5.0, 400.0), some.floats(0.02, 1.0))
def test_an_unknown_limit_is_learned_with_few_refusals_and_everything_gets_done(limit: float, cost: float) -> None:
    meter, method = Meter(limit), MethodTime()

    took = work_off(meter, method, int(4 * limit / cost), cost)

    assert meter.refusals <= 30
    assert took <= 2600  # four windows of work: nothing is lost while the limit is learned


@settings(max_examples=20, deadline=None)
@given(some.floats(5.0, 400.0))
def test_without_counters_refusals_alone_show_the_way(limit: float) -> None:
    meter, method = Meter(limit, tells=False), MethodTime()

    work_off(meter, method, int(2 * limit / 0.5), 0.5)

    assert meter.refusals <= 30


def test_people_are_not_slowed_only_stopped() -> None:
    method = MethodTime(limit_s=10.0)
    method.learn(0.0, {"duration": 1.0, "operating": 9.9, "operating_reset_at": 600.0, "finish": 1.0})

    assert method.grant(0.0, 1, urgent=True) == (1, 0.0)
    assert method.grant(0.0, 1, urgent=False)[0] == 0
    method.refuse(0.0)
    assert method.grant(0.0, 1, urgent=True) == (0, 599.0)


def test_after_a_reset_one_command_asks_how_much_was_forgotten() -> None:
    method = MethodTime(limit_s=10.0)
    method.learn(0.0, {"duration": 1.0, "operating": 9.0, "operating_reset_at": 61.0, "finish": 1.0})

    assert method.grant(60.0, 8, urgent=False) == (1, 0.0)
    method.begin(60.0, 1)
    assert method.grant(60.0, 8, urgent=False)[0] == 0
    method.learn(60.0, {"duration": 1.0, "operating": 3.0, "operating_reset_at": 120.0, "finish": 61.0})
    method.end(1)
    assert method.grant(60.0, 8, urgent=False) == (5, 0.0)


def test_an_older_answer_with_a_higher_sum_counts_while_others_are_on_their_way() -> None:
    method = MethodTime()
    method.learn(0.0, {"duration": 0.5, "operating": 19.0, "operating_reset_at": 1600.0, "finish": 1009.0})
    method.refuse(1.0)
    assert method.limit_s == 19.0

    method.learn(1.0, {"duration": 0.5, "operating": 33.0, "operating_reset_at": 1600.0, "finish": 1008.0})

    assert method.limit_s == 32.5  # it was let in with so much used


def test_a_block_waits_for_the_reset_the_portal_named() -> None:
    method = MethodTime()
    method.learn(0.0, {"operating": 300.0, "operating_reset_at": 1450.0, "finish": 1000.0, "duration": 1.0})

    assert method.refuse(10.0) == pytest.approx(440.0)
    assert method.blocked_s(100.0) == pytest.approx(350.0)


def test_an_old_sum_teaches_nothing_about_the_limit() -> None:
    method = MethodTime()
    method.learn(0.0, {"operating": 5.0, "operating_reset_at": 1600.0, "finish": 1000.0, "duration": 1.0})

    method.refuse(300.0)  # other processes used the rest

    assert method.limit_s == LIMIT_S


def test_an_answer_that_came_late_does_not_turn_the_account_back() -> None:
    method = MethodTime(limit_s=10.0)
    method.learn(1.0, {"operating": 8.5, "operating_reset_at": 1600.0, "finish": 1002.0, "duration": 1.0})
    method.learn(1.0, {"operating": 2.0, "operating_reset_at": 1600.0, "finish": 1001.0, "duration": 1.0})

    assert method.grant(1.0, 5, urgent=False)[0] < 5


@given(some.lists(some.floats(0.01, 3.0), min_size=1, max_size=200))
def test_the_pace_stays_among_what_was_measured(times: list[float]) -> None:
    pace = Pace()
    for one in times:
        pace.measure(one)

    assert min(times) - 1e-9 <= pace.mean_s <= max(times) + 1e-9
    assert pace.careful_s >= pace.mean_s
