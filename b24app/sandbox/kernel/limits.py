"""Two limits of the cloud: the leaky bucket of requests and the operating time of methods (platform.md 3.8)."""

from collections import defaultdict, deque

from b24app.sandbox.clock import monotonic, wall
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.faults import Faults

BASKET_S = 60
BASKETS = 10


class Bucket:
    """The leaky bucket of one portal, one per source address: +1 per HTTP request, -drain per second."""

    def __init__(self) -> None:
        self._level: dict[str, float] = defaultdict(float)
        self._seen: dict[str, float] = {}

    def take(self, source: str, faults: Faults) -> None:
        """Count a request; refuse it when the bucket is over its size."""
        now = monotonic()
        level = max(0.0, self._level[source] - (now - self._seen.get(source, now)) * faults.bucket_drain)
        self._seen[source] = now
        if level + 1 > faults.bucket_size:
            self._level[source] = level
            raise too_many()
        self._level[source] = level + 1

    def clear(self) -> None:
        """Forget everything (control API)."""
        self._level.clear()


def too_many() -> RestError:
    """The refusal of the bucket."""
    return RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)


class Operating:
    """Execution seconds per method and application or webhook, in ten baskets of a minute."""

    def __init__(self) -> None:
        self._baskets: dict[tuple[str, str], deque[tuple[int, float]]] = defaultdict(deque)

    def check(self, budget: str, method: str, faults: Faults) -> None:
        """Refuse before the call when the method has used up its time."""
        spent, _ = self.state(budget, method)
        if not faults.operating_off and spent > faults.operating_limit_s:
            raise RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)

    def add(self, budget: str, method: str, seconds: float) -> None:
        """Count what a call took."""
        minute = int(wall() // BASKET_S)
        baskets = self._baskets[(budget, method)]
        if baskets and baskets[-1][0] == minute:
            baskets[-1] = (minute, baskets[-1][1] + seconds)
        else:
            baskets.append((minute, seconds))

    def state(self, budget: str, method: str) -> tuple[float, int]:
        """Seconds used in ten minutes, and the Unix second at which the oldest basket drops."""
        oldest = int(wall() // BASKET_S) - BASKETS
        baskets = self._baskets[(budget, method)]
        while baskets and baskets[0][0] <= oldest:
            baskets.popleft()
        first = baskets[0][0] if baskets else int(wall() // BASKET_S)
        return sum(seconds for _, seconds in baskets), (first + BASKETS + 1) * BASKET_S

    def clear(self) -> None:
        """Forget everything (control API)."""
        self._baskets.clear()
