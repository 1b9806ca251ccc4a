"""Classification of requests by rules, with the reason kept. Pure: rules come in as plain data."""

from b24app.pipelines.classify.builtin import default_data, default_rules, full_data, known_names, rules_from_data
from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.examples import FailedExample, failed_examples
from b24app.pipelines.classify.jsonl import classify_json_line
from b24app.pipelines.classify.model import Candidate, Classification, DecisionWord, Reason, RequestText, Zone
from b24app.pipelines.classify.overlay import BASE, BUILTIN, OFF, off_names
from b24app.pipelines.classify.relabel import is_noise, relabel
from b24app.pipelines.classify.schema import rules_to_data
from b24app.pipelines.classify.titles import TITLES, title

__all__ = [
    "BASE",
    "BUILTIN",
    "OFF",
    "TITLES",
    "Candidate",
    "Classification",
    "DecisionWord",
    "FailedExample",
    "Reason",
    "RequestText",
    "Rules",
    "Zone",
    "classify",
    "classify_json_line",
    "default_data",
    "default_rules",
    "failed_examples",
    "full_data",
    "is_noise",
    "known_names",
    "off_names",
    "relabel",
    "rules_from_data",
    "rules_to_data",
    "title",
]
