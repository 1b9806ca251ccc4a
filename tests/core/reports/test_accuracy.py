"""How often categories set by themselves were right: every figure can be followed to its tickets."""

from b24app.reports.accuracy import Judged, accuracy

ROWS = [
    Judged("2-1", "email", "kept", "email"),
    Judged("2-2", "email", "kept", "email"),
    Judged("2-3", "email", "changed", "crm"),
    Judged("2-4", "email", "changed", "crm"),
    Judged("2-5", "email", "changed", "sites"),
    Judged("2-6", "crm", "waiting", "crm"),
]


def test_a_figure_for_each_category_and_one_for_all() -> None:
    every, email, crm = accuracy(ROWS)
    assert (every.label, every.judged, every.share) == ("", 5, 0.4)
    assert (email.label, email.share) == ("email", 0.4)
    assert email.kept == ("2-1", "2-2")
    assert email.changed == ("2-3", "2-4", "2-5")
    assert email.became == (("crm", 2), ("sites", 1))
    assert (crm.share, crm.waiting) == (None, ("2-6",))


def test_without_tickets_there_is_no_share() -> None:
    (every,) = accuracy([])
    assert (every.judged, every.share) == (0, None)
