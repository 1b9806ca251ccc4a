"""Classification of requests by rules, with the reason kept. Pure: rules come in as plain data."""

from b24app.pipelines.classify.api import (
    Rules,
    classify,
    classify_json_line,
    default_rules,
    rules_from_data,
    rules_to_data,
)
from b24app.pipelines.classify.model import Classification, DecisionWord, Reason, RequestText, Zone
from b24app.pipelines.classify.titles import TITLES, title

__all__ = [
    "TITLES",
    "Classification",
    "DecisionWord",
    "Reason",
    "RequestText",
    "Rules",
    "Zone",
    "classify",
    "classify_json_line",
    "default_rules",
    "rules_from_data",
    "rules_to_data",
    "title",
]
