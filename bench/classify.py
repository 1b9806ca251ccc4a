"""The classifier: texts a second, start and memory, and quality beside a naive list of substrings.

Everything is measured on texts that neither rules nor general model were made of: fixtures/classify/README.md. Corrections to
learn from are those of `others_train`. `--quick` leaves the learning curve out.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from b24app.pipelines.classify import RequestText, classify, default_rules

FOLDER = Path(__file__).parents[1] / "fixtures" / "classify"
NAIVE = json.loads((FOLDER / "naive.json").read_text(encoding="utf-8"))
AXES = ("category", "request_type", "kind", "priority")
LENGTH = 150
MEASURED = ("others_test", "strangers_blind", "blind", "heldout")
SEEN = 3
"""Rows of the blind half that somebody has read."""
START = """
import os, sys, time
os.putenv("OPENBLAS_NUM_THREADS", "1")
began = time.process_time()
from b24app.pipelines.classify import RequestText, classify, default_rules
rules = default_rules()
model = None
if len(sys.argv) > 1:
    from b24app.pipelines.classify.learning.storage import unpacked
    from b24app.pipelines.classify.modelfile import ModelFile
    model = unpacked(ModelFile(open(sys.argv[1], encoding="utf-8").read(), open(sys.argv[2], "rb").read()))
took = time.process_time() - began
classify(RequestText("Не уходят письма"), rules, model)
most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(f"{took:.2f} s of processor, {int(most) / 1024:.0f} MiB in all, Python included")
"""


os.putenv("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: its threads wait for each other on busy machines


def rows(name):
    found = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").open(encoding="utf-8")]
    return found[SEEN:] if name == "blind" else found


def request(row):
    return RequestText(row["text"], row.get("subject", ""))


def naive(row):
    text = f"{row.get('subject', '')} {row['text']}".lower()
    found = {name: sum(word in text for word in words) for name, words in NAIVE.items()}
    best = max(found, key=found.__getitem__)
    return best if found[best] else "none"


def f1(pairs):
    labels = {truth for truth, _ in pairs}
    total = 0.0
    for label in labels:
        right = sum(truth == label == guess for truth, guess in pairs)
        total += 2 * right / sum((truth == label) + (guess == label) for truth, guess in pairs)
    return total / len(labels)


def alone():
    """The rules without the general model."""
    return replace(default_rules(), general=None)


def quality(tests, model=None, change=None, rules=None):
    """Macro-F1 by axis (micro for the kind), share set by itself and its precision, share of top three that hold it."""
    rules, chance = rules or default_rules(), random.Random(1)
    found = []
    for row in tests:
        asked = request(row)
        found.append(
            classify(RequestText(change(asked.text, chance), asked.subject) if change else asked, rules, model)
        )
    cells = {}
    for axis in AXES:
        pairs = [(row[axis], getattr(one, axis)) for row, one in zip(tests, found, strict=True) if row.get(axis)]
        if pairs:
            cells[axis] = sum(a == b for a, b in pairs) / len(pairs) if axis == "kind" else f1(pairs)
    auto = [(row["category"], one.category) for row, one in zip(tests, found, strict=True) if one.decision == "auto"]
    cells["auto"] = len(auto) / len(tests)
    cells["precision"] = sum(a == b for a, b in auto) / max(len(auto), 1)
    held = [
        row["category"] in {one.category, *(c.category for c in one.candidates)}
        for row, one in zip(tests, found, strict=True)
    ]
    cells["top 3"] = sum(held) / len(held)
    return cells


def damaged(text, chance):
    """One letter in twenty-five lost, doubled, swapped with its neighbour or replaced, the first letter of a word spared."""
    letters = list(text)
    for at in range(1, len(letters) - 1):
        if letters[at].isalpha() and letters[at - 1].isalpha() and chance.random() < 1 / 25:
            way = chance.randrange(4)
            if way == 0:
                letters[at] = ""
            elif way == 1:
                letters[at] *= 2
            elif way == 2 and letters[at + 1].isalpha():
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            else:
                letters[at] = chance.choice("оеаинтсрвлкмдпу")
    return "".join(letters)


def wrapped(text, chance):
    """The letter as mail brings it: an answer over a quoted letter, with a signature."""
    quoted = "Добрый день!\nСчёт и договор во вложении, отчёт пришлём завтра.\nС уважением, поддержка"
    lines = "\n".join(f"> {line}" for line in quoted.splitlines())
    name = chance.choice(["Иван Петров", "Мария Ким", "ООО «Ромашка»"])
    return f"{text}\n\n--\nС уважением,\n{name}\nтел. +7 495 123-45-67\n\n12.10.2026 10:14, Поддержка пишет:\n{lines}"


def show(name, cells):
    order = [*AXES, "auto", "precision", "top 3"]
    print(f"| {name} | " + " | ".join(f"{cells[cell]:.3f}" if cell in cells else "–" for cell in order) + " |")


def pieces():
    """Requests run together and cut into pieces, so that every character is a word somebody wrote."""
    every = [json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    whole = " ".join(row["text"].replace("\n", " ") for row in every)
    return [whole[at : at + LENGTH] for at in range(0, len(whole) - LENGTH, LENGTH)]


def rate(sample, rounds, rules, model=None):
    """Texts a second of processor time of this thread: other programs on the machine do not count."""
    start = time.thread_time()
    for _ in range(rounds):
        for text in sample:
            classify(RequestText(text), rules, model)
    return rounds * len(sample) / (time.thread_time() - start)


def starts(*files):
    done = subprocess.run([sys.executable, "-c", START, *files], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def examples(chosen):
    from b24app.pipelines.classify.learning.examples import Example

    return [Example(request(row), {axis: row[axis] for axis in AXES if row.get(axis)}) for row in chosen]


def some(pool, each):
    """The first `each` rows of every category."""
    count, found = Counter(), []
    for row in pool:
        count[row["category"]] += 1
        if count[row["category"]] <= each:
            found.append(row)
    return found


def main(quick):
    """Print the figures."""
    sample = pieces()
    print("texts a second of 150 characters, first pass and warm")
    print(
        f"rules with the general model: {rate(sample, 1, default_rules()):.0f}, {rate(sample, 5, default_rules()):.0f}"
    )
    print(f"rules alone, warm: {rate(sample, 5, alone()):.0f}")
    from b24app.pipelines.classify.learning.storage import packed
    from b24app.pipelines.classify.learning.training import train

    pool = rows("others_train")
    random.Random(0).shuffle(pool)
    began, cpu = time.perf_counter(), time.process_time()
    trained = train(examples(pool), default_rules())
    took, worked = time.perf_counter() - began, time.process_time() - cpu
    model = trained.model
    file = packed(model, examples=len(pool), verdicts=[])
    here = Path(sys.argv[0]).parent
    header, arrays = here / ".model.json", here / ".model.npz"
    header.write_text(file.header, encoding="utf-8")
    arrays.write_bytes(file.arrays)
    try:
        first, warm = (rate(sample, rounds, default_rules(), model) for rounds in (1, 5))
        print(f"with a model of {len(pool)} corrections: {first:.0f}, {warm:.0f}")
        print(f"start: {starts()}\nstart with a portal's model: {starts(str(header), str(arrays))}")
    finally:
        header.unlink()
        arrays.unlink()
    size = (len(file.arrays) + len(file.header)) / 1e6
    print(f"training on {len(pool)}: {took:.1f} s ({worked:.1f} s of processor), model {size:.2f} MB")
    for verdict in trained.verdicts:
        print(f"  {verdict.reason}")
    curve(pool, model, quick=quick)
    print(f"memory at the end, training included: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def curve(pool, model, *, quick):
    """Quality on the sets that nothing was made of."""
    for name in MEASURED:
        tests = rows(name)
        head = "category | type | kind (micro) | priority | set by itself | right of these | top 3"
        print(f"\n| {name}, {len(tests)} texts | {head} |")
        print("| --- " * 8 + "|")
        show("naive substrings", {"category": f1([(row["category"], naive(row)) for row in tests])})
        show("rules alone", quality(tests, rules=alone()))
        show("**rules and general model**", quality(tests))
        for each in () if quick else (1, 2, 5, 10):
            chosen = some(pool, each)
            show(f"… and {each} a category ({len(chosen)})", quality(tests, train_on(chosen)))
        show(f"… and {len(pool)} corrections", quality(tests, model))
        show("damaged spelling", quality(tests, None, damaged))
        show(f"… and {len(pool)} corrections", quality(tests, model, damaged))
        show("quotes and signature", quality(tests, None, wrapped))
        show(f"… and {len(pool)} corrections", quality(tests, model, wrapped))


def train_on(chosen):
    from b24app.pipelines.classify.learning.training import train

    return train(examples(chosen), default_rules()).model


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
