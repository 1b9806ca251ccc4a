"""Classification of requests by rules, with the reason kept. Pure: rules come in as plain data."""

from b24app.pipelines.classify.builtin import (
    default_data,
    default_rules,
    full_data,
    known_names,
    rules_from_data,
    try_rules,
)
from b24app.pipelines.classify.comparison import Comparison, Difference, Sample, compare
from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.editing import (
    base_of,
    copied,
    free_id,
    is_overlay,
    own_ids,
    shown,
    switched,
    with_category,
    with_dictionary,
    with_excluded,
    with_kind,
    with_macros,
    with_phrase,
    with_priority,
    with_thresholds,
    without_category,
)
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.examples import FailedExample, failed_examples
from b24app.pipelines.classify.hints import Hints, Lesson, hints_of
from b24app.pipelines.classify.inspection import Inspection, inspect
from b24app.pipelines.classify.jsonl import classify_json_line
from b24app.pipelines.classify.model import Candidate, Classification, DecisionWord, Reason, RequestText, Role, Zone
from b24app.pipelines.classify.overlay import BASE, BUILTIN, OFF, off_names
from b24app.pipelines.classify.relabel import is_noise, relabel
from b24app.pipelines.classify.ruleset import RuleSet
from b24app.pipelines.classify.schema import rules_to_data
from b24app.pipelines.classify.titles import TITLES, category_title, title

__all__ = [
    "BASE",
    "BUILTIN",
    "OFF",
    "TITLES",
    "Candidate",
    "Classification",
    "Comparison",
    "DecisionWord",
    "Difference",
    "FailedExample",
    "Hints",
    "Inspection",
    "Lesson",
    "Reason",
    "RequestText",
    "Role",
    "RuleSet",
    "Rules",
    "Sample",
    "Zone",
    "base_of",
    "category_title",
    "classify",
    "classify_json_line",
    "compare",
    "copied",
    "default_data",
    "default_rules",
    "failed_examples",
    "free_id",
    "full_data",
    "hints_of",
    "inspect",
    "is_noise",
    "is_overlay",
    "known_names",
    "off_names",
    "own_ids",
    "relabel",
    "rules_from_data",
    "rules_to_data",
    "shown",
    "switched",
    "title",
    "try_rules",
    "with_category",
    "with_dictionary",
    "with_excluded",
    "with_kind",
    "with_macros",
    "with_phrase",
    "with_priority",
    "with_thresholds",
    "without_category",
]
