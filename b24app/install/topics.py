"""`/bitrix/app/topics…`: categories, priority, routes and words of classification; the test box and the dry run."""

from asyncio import to_thread
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Response

from b24app.install import topicform
from b24app.install.door import Door
from b24app.install.fields import Wrong
from b24app.install.rulewords import told
from b24app.install.settings import Change, Desk, DeskOf
from b24app.install.topicform import Checked, Ordered, ordered
from b24app.install.topicview import Book
from b24app.install.yamlform import rules_of_text
from b24app.kit import yamltext
from b24app.pipelines.classify import (
    copied,
    free_id,
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
from b24app.pipelines.classify.titles import KINDS

KEY: Final = "classification"
pieces = APIRouter(include_in_schema=False, route_class=Door)
Rebuild = Callable[[Any], Any]


async def _book(desk: Desk) -> Book:
    return Book.of(await desk.edit.editing(desk.session.portal), desk.language)


def _changes(*steps: Rebuild) -> Change:
    """Every step takes the classification as it is and gives the next one."""

    def change(data: dict[str, Any]) -> dict[str, Any]:
        own = data.get(KEY)
        for step in steps:
            own = step(own)
        return {**data, KEY: own}

    return change


def _switches(list_: Ordered) -> tuple[Rebuild, ...]:
    name, off = list_.toggled, list_.off
    return (lambda own: switched(own, name, off=off),) if name else ()


# --- categories


@pieces.post("/app/topics")
async def manage_topics(desk: DeskOf) -> Response:
    """Add a category, switch one off or on, take the rules into the document or give them back."""
    reading = await desk.form()
    book, name = await _book(desk), reading.text("name")
    match reading.text("act"):
        case "add":
            key, title = topicform.new_category(reading, book.categories)
            fresh = {"title": title, "request_type": "technical", "line": 1, "rules": []}
            return await desk.change(
                "topic" if key else "topics", reading, _changes(lambda own: with_category(own, key, fresh)), name=key
            )
        case "off" | "on" as act if name in book.categories:
            return await desk.change("topics", reading, _changes(lambda own: switched(own, name, off=act == "off")))
        case "remove" if name in book.categories:
            return await desk.change("topics", reading, _changes(lambda own: without_category(own, name)))
        case "copy":
            return await desk.change("topics", reading, _changes(copied))
        case "builtin":
            return await desk.change("topics", reading, _changes(lambda _: None))
        case _:
            raise HTTPException(400)


@pieces.post("/app/topic")
async def save_topic(desk: DeskOf, name: str) -> Response:
    """One category in full; a press on a button of a rule saves what was typed too."""
    reading = await desk.form()
    book = await _book(desk)
    if name not in book.categories:
        return await desk.show("topics", status=409, conflict=True)
    category = topicform.category_from(reading, book.categories[name], name)
    list_ = ordered(category["rules"], reading.text("act"))
    category["rules"] = list_.rules
    if not reading.wrong:
        reading.wrong += Checked(desk.language, book.whole).category(name, category)
    steps = (lambda own: with_category(own, name, category), *_switches(list_))
    return await desk.change("topic", reading, _changes(*steps), name=name, opened=list_.opened)


@pieces.post("/app/kind")
async def save_kind(desk: DeskOf, name: str) -> Response:
    """Rules of one kind of request."""
    reading = await desk.form()
    if name not in KINDS:
        raise HTTPException(404)
    book = await _book(desk)
    before = list((book.whole.get("kinds") or {}).get(name) or ())
    list_ = ordered(topicform.rules_from(reading, before, f"kind-{name}"), reading.text("act"))
    if not reading.wrong:
        reading.wrong += Checked(desk.language, book.whole).kind(name, list_.rules)
    steps = (lambda own: with_kind(own, name, list_.rules), *_switches(list_))
    return await desk.change("kind", reading, _changes(*steps), name=name, opened=list_.opened)


# --- priority, routes


@pieces.post("/app/priority")
async def save_priority(desk: DeskOf) -> Response:
    """Rules of priority in their order."""
    reading = await desk.form()
    book = await _book(desk)
    rules = topicform.priority_from(reading, list(book.whole.get("priority") or ()))
    list_ = ordered(rules, reading.text("act"))
    if not reading.wrong:
        reading.wrong += Checked(desk.language, book.whole).priority(list_.rules)
    steps = (lambda own: with_priority(own, list_.rules), *_switches(list_))
    return await desk.change("priority", reading, _changes(*steps), opened=list_.opened)


@pieces.post("/app/routing")
async def save_routing(desk: DeskOf) -> Response:
    """The desk's own routes in their order, and the built-in ones that are switched off."""
    reading = await desk.form()
    list_ = ordered(topicform.routes_from(reading), reading.text("act"))
    word, _, name = reading.text("act").partition(":")
    if word in {"silence", "hear"}:
        return await desk.change("routing", reading, _changes(lambda own: switched(own, name, off=word == "silence")))
    if word == "add":
        list_.rules.append({"id": free_id("route", list_.rules), "when": {}, "line": 2})
    reading.wrong += topicform.check_routes(list_.rules, desk.language)
    return await desk.change("routing", reading, _routed(list_.rules), opened=list_.opened)


def _routed(rules: list[dict[str, Any]]) -> Change:
    def change(data: dict[str, Any]) -> dict[str, Any]:
        before = data.get("routing")
        if isinstance(before, dict):
            return {**data, "routing": {**before, "rules": rules}}
        return {**data, "routing": rules or None}

    return change


# --- words


@pieces.post("/app/words")
async def save_words(desk: DeskOf) -> Response:
    """Macros, excluded topics, dictionary, thresholds."""
    reading = await desk.form()
    book = await _book(desk)
    macros = topicform.macros_from(reading, book.whole.get("macros") or {})
    excluded = topicform.lines_of(reading.text("excluded_topic"))
    rows = topicform.dictionary_from(reading)
    auto, suggest = (reading.read(name, topicform.share_of) or 0.0 for name in ("auto", "suggest"))
    if suggest > auto and not reading.wrong:
        reading.wrong.append(Wrong("suggest", "told", told("must not be above `auto`", (), desk.language)))
    if not reading.wrong:
        synonyms = [{"synonyms": row} for row in rows]
        reading.wrong += Checked(desk.language, book.whole).words(macros, excluded, synonyms)
    steps: list[Rebuild] = [lambda own: with_macros(own, macros), lambda own: with_excluded(own, excluded)]
    steps.append(lambda own: with_dictionary(own, rows))
    known = book.whole.get("defaults") or {}
    if (auto, suggest) != (known.get("auto", 0.8), known.get("suggest", 0.35)):
        steps.append(lambda own: with_thresholds(own, auto, suggest))
    return await desk.change("words", reading, _changes(*steps))


# --- the whole as text


@pieces.get("/app/topics/yaml")
async def show_yaml(desk: DeskOf, *, full: Annotated[bool, Query()] = False) -> Response:
    """The classification as it is written, or with the built-in rules."""
    book = await _book(desk)
    data = copied(book.own) if full else book.own or {"base": "builtin"}
    return await desk.show("yaml", text=yamltext.dump(data))


@pieces.post("/app/topics/yaml")
async def save_yaml(desk: DeskOf) -> Response:
    """What was typed goes into the draft when it can be read; mistakes have line and column."""
    reading = await desk.form()
    text = reading.text("text")
    data, mistakes = await to_thread(rules_of_text, text, desk.language)
    reading.wrong += [Wrong("text", "told", "; ".join(mistakes))] if mistakes else []
    own = None if data in (None, {}, {"base": "builtin"}) else data
    return await desk.change("yaml", reading, _changes(lambda _: own), text=text)


# --- rules at work


@pieces.post("/app/try")
async def try_text(desk: DeskOf) -> Response:
    """One text by the draft."""
    reading = await desk.form()
    text, subject = (reading.form.get(name, [""])[0][:20_000] for name in ("text", "subject"))
    return await desk.show("try", text=text, subject=subject[:500])


@pieces.post("/app/dryrun")
async def run_dry(desk: DeskOf) -> Response:
    """The latest tickets by the draft and by what is published."""
    reading = await desk.form()
    wanted = reading.text("wanted")
    return await desk.show("dryrun", wanted=int(wanted) if wanted.isdecimal() else 0, go=True)


@pieces.post("/app/phrase")
async def add_phrase(desk: DeskOf) -> Response:
    """A suggested phrase goes into the draft."""
    reading = await desk.form()
    name, phrase = reading.text("name"), reading.text("phrase")[:200]
    if not name or not phrase:
        raise HTTPException(400)
    return await desk.change("hints", reading, _changes(lambda own: with_phrase(own, name, phrase)))
