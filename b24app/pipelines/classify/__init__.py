"""Classification of requests by rules, with the reason kept. Pure: rules come in as plain data."""

from b24app.pipelines.classify.builtin import default_data, default_rules, rules_from_data
from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.jsonl import classify_json_line
from b24app.pipelines.classify.model import Candidate, Classification, DecisionWord, Reason, RequestText, Zone
from b24app.pipelines.classify.relabel import is_noise, relabel
from b24app.pipelines.classify.schema import rules_to_data
from b24app.pipelines.classify.titles import TITLES, title

__all__ = [
    "TITLES",
    "Candidate",
    "Classification",
    "DecisionWord",
    "Reason",
    "RequestText",
    "Rules",
    "Zone",
    "classify",
    "classify_json_line",
    "default_data",
    "default_rules",
    "is_noise",
    "relabel",
    "rules_from_data",
    "rules_to_data",
    "title",
]
