"""Troubles a portal can be put into, as switches (issue "The truth about the portal", item 4)."""

from dataclasses import asdict, dataclass, field
from typing import Any

CHOICES = {"crm_rights": ["all", "own", "department"]}


@dataclass(slots=True)
class Faults:
    """All switches, off by default. `*_times` count down by one at each use."""

    http_503_times: int = 0  # QUERY_LIMIT_EXCEEDED
    http_500_times: int = 0  # a code of the portal's
    http_502_times: int = 0  # HTML of a front server
    overload_times: int = 0  # OVERLOAD_LIMIT
    timeout_times: int = 0  # the call runs, the answer never comes
    drop_times: int = 0  # the connection breaks after the call has run
    slow_s: float = 0.0  # every answer waits so long
    down: bool = False  # 502 to everything
    methods: list[str] = field(default_factory=list)  # only these methods suffer; empty: all
    operating_cost_s: float = 0.0  # what each call adds to `operating`
    operating_limit_s: float = 480.0
    operating_off: bool = False  # no counters in `time`, as on premise
    no_rest: bool = False  # plan without REST
    old_portal: bool = False  # on premise: no imbot.v2, no REST v3
    no_offline_extended: bool = False
    old_frames: bool = False  # frames without SERVER_ENDPOINT, APPLICATION_TOKEN, APPLICATION_SCOPE
    bot_without_member_id: bool = False
    comment_event_flat: bool = False  # data.ID instead of data.FIELDS.ID
    events_lost: float = 0.0  # share 0..1
    events_lost_times: int = 0
    events_doubled: float = 0.0
    events_doubled_times: int = 0
    events_delay_s: float = 0.0
    events_shuffled: bool = False
    events_without_user: bool = False
    events_held: bool = False  # kept until released
    bucket_size: int = 50
    bucket_drain: float = 2.0
    bucket_off: bool = False
    token_life_s: int = 3600
    oauth_slow_s: float = 0.02  # the authorization server is another machine, far away: refreshes overlap
    oauth_down: bool = False  # the authorization server answers 502
    crm_rights: str = "all"  # which elements of CRM employees see: see CHOICES

    def as_dict(self) -> dict[str, Any]:
        """All switches by name."""
        return asdict(self)

    def apply(self, changes: dict[str, Any]) -> list[str]:
        """Set switches by name; tells the names that do not exist, or take no such value."""
        known = self.as_dict()
        unknown = [
            name for name, value in changes.items() if name not in known or value not in CHOICES.get(name, [value])
        ]
        for name, value in changes.items():
            if name not in unknown:
                setattr(self, name, value)
        return unknown

    def reset(self) -> None:
        """All switches off."""
        for name, value in asdict(Faults()).items():
            setattr(self, name, value)

    def concerns(self, method: str) -> bool:
        """Whether the HTTP troubles apply to this method."""
        return not self.methods or method.lower() in [name.lower() for name in self.methods]

    def take(self, name: str) -> bool:
        """Use up one of a counted trouble."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0
