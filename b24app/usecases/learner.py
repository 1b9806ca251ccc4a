"""The child process that trains a model: JSON on stdin, one JSON object on stdout. It knows no database and no network.

Of the lowest priority, with its own limit of processor time, so that it ends even when nobody is left to end it.
"""

import base64
import json
import os
import resource
import sys
from typing import Any, Final

NICEST: Final = 19
CPU_S: Final = 60
MEMORY: Final = 2 << 30
"""Bytes of address space."""


def main() -> None:
    """Learn from stdin."""
    os.nice(NICEST)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: more threads would take cores from the service
    answer = learn(json.load(sys.stdin.buffer))
    sys.stdout.write(json.dumps(answer))


def learn(task: dict[str, Any]) -> dict[str, Any]:
    """One training; see `usecases.learning.Task` and `Outcome` for both shapes."""
    from b24app.kit.errors import ModelBroken  # noqa: PLC0415 - as above
    from b24app.pipelines.classify import RequestText, rules_from_data  # noqa: PLC0415 - as above
    from b24app.pipelines.classify.learning.examples import Example  # noqa: PLC0415 - as above
    from b24app.pipelines.classify.learning.storage import packed, unpacked  # noqa: PLC0415 - numpy, after its threads were limited
    from b24app.pipelines.classify.learning.training import train  # noqa: PLC0415 - as above

    rules = rules_from_data(task["rules"])
    examples = [
        Example(RequestText(one["text"], one["subject"]), one["labels"], one["weights"]) for one in task["examples"]
    ]
    try:
        present = unpacked(_file(task["present"])) if task["present"] else None
    except ModelBroken:
        present = None  # it could not be used either: nothing to compare with
    trained = train(examples, rules, present)
    verdicts = [verdict.reason for verdict in trained.verdicts]
    found = None
    if trained.model is not None:
        file = packed(trained.model, examples=len(examples), verdicts=verdicts)
        found = {
            "version": trained.model.version,
            "header": file.header,
            "arrays": base64.b64encode(file.arrays).decode(),
        }
    return {"model": found, "report": verdicts + ([trained.refused] if trained.refused else [])}


def _file(data: dict[str, str]) -> Any:
    from b24app.pipelines.classify.modelfile import ModelFile  # noqa: PLC0415 - as above

    return ModelFile(data["header"], base64.b64decode(data["arrays"]))


if __name__ == "__main__":
    main()
