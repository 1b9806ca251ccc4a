"""The first rule that fits names line and departments."""

import pytest
from b24app.kit.errors import DeskInvalid
from b24app.pipelines.classify import RequestText, classify, default_rules
from b24app.pipelines.routing import Route, Routing, route, routing_from_data, routing_to_data

FOUND = classify(RequestText("Остановился обмен с 1С"), default_rules())


def test_the_first_rule_that_fits_decides() -> None:
    data = [
        {"id": "a", "when": {"category": "email"}, "line": 1},
        {"id": "b", "when": {"category": ["integration"], "kind": "problem"}, "line": 3, "departments": [7, 9]},
        {"id": "c", "when": {}, "line": 1},
    ]
    assert route(FOUND, routing_from_data(data)) == Route(3, (7, 9), "b")  # type: ignore[arg-type]  # plain ids


def test_without_a_rule_the_line_of_the_classification_stays() -> None:
    assert FOUND.line == 2
    assert route(FOUND, Routing()).line == 2
    assert route(FOUND, Routing(default_line=1)).line == 1


@pytest.mark.parametrize("data", [None, [], {"default_line": 2, "rules": [{"when": {"kind": "problem"}, "line": 2}]}])
def test_routing_survives_the_way_to_data_and_back(data: object) -> None:
    routing = routing_from_data(data)
    assert routing_from_data(routing_to_data(routing)) == routing


@pytest.mark.parametrize(
    "rule",
    [{"line": 0}, {"line": 1, "when": {"kind": ""}}, {"line": 1, "departments": ["x"]}, {"line": 1, "wen": {}}, 5],
)
def test_broken_rules_are_refused(rule: object) -> None:
    with pytest.raises(DeskInvalid):
        routing_from_data([rule])
