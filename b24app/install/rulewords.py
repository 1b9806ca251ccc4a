"""What the check of classification rules says, in people's words."""

import re
from collections.abc import Sequence
from typing import Final

_RUSSIAN: Final = (
    (r"there is no macro (\$\S+)", r"макроса \1 нет"),
    (r"macro (\$\S+) lies too deep", r"макрос \1 вложен слишком глубоко"),
    (r"a bracket is not closed", "скобка не закрыта"),
    (r"'(.+)' stands alone", r"лишний знак «\1»"),
    (r"'(.+)' is no word", r"«\1» не слово"),
    (r"'(.+)' is too short a beginning", r"«\1» слишком короткое начало слова"),
    (r"more than (\d+) words", r"больше \1 слов"),
    (r"more than (\d+) parts joined by ~", r"больше \1 частей через ~"),
    (r"stands for more than (\d+) phrases", r"раскрывается больше чем в \1 фраз"),
    (r"longer than (\d+) characters", r"длиннее \1 знаков"),
    (r"no words in it", "нет ни одного слова"),
    (r"an expression has 1 to (\d+) characters", r"в выражении от 1 до \1 знаков"),
    (
        r"(.+) is not allowed in an expression: .*",
        r"\1 в выражении нельзя: только буквы, наборы [..], (a|b), ? и {m,n}",
    ),
    (r"only a letter or a set may be repeated", "повторять можно только букву или набор"),
    (r"too many repetitions in one expression", "слишком много повторений в выражении"),
    (r"a repetition goes up to (\d+)", r"повторений не больше \1"),
    (r"not an expression: .*", "это не выражение"),
    (r"at least one pattern is needed", "нужна хотя бы одна фраза"),
    (r"`any` or `when` is needed: .*", "нужны фразы или условие: иначе правило сработает на каждой заявке"),
    (r"two rules have the id (.+)", r"два правила с кодом \1"),
    (r"a number from (\S+) to (\S+) is expected", r"нужно число от \1 до \2"),
    (r"one of (.+) is expected", r"нужно одно из: \1"),
    (r"words are expected", "нужны слова"),
    (r"a list is expected", "нужен список"),
    (r"names with values are expected", "нужны имена со значениями"),
    (r"unknown name", "неизвестное имя"),
    (r"must not be above `auto`", "порог подсказки выше порога автоматической установки"),
    (r"'(.+)' is no name: .*", r"«\1» не подходит для имени: буквы, цифры, - и _"),
    (r"at least one category is needed", "нужна хотя бы одна категория"),
    (r"(?:'.*': )?\{x\} stands first or last, with words", "{x} стоит в начале или в конце, рядом слова"),
    (r"a label or a list of labels is expected", "нужно значение или список значений"),
    (r"a support line 1, 2 or 3 is expected", "нужна линия 1, 2 или 3"),
    (r"a rule with `when` and `line` is expected", "нужно правило с условием и линией"),
    (r"nothing is called '(.+)'", r"выключать нечего: «\1» в правилах нет"),
)
_CHARACTER: Final = re.compile(r" \(character (\d+)\)$")
_PATTERN: Final = re.compile(r"^(['\"])(.*?)\1: (?=\S)", re.DOTALL)


def told(text: str, path: Sequence[str | int], language: str) -> str:
    """One remark for a field: which line of it, what stands there, what is wrong with it."""
    line = path[-1] + 1 if path and isinstance(path[-1], int) and len(path) > 1 else 0
    pattern = _PATTERN.match(text)
    why = text[pattern.end() :] if pattern else text
    quoted = f"«{pattern[2]}»: " if pattern else ""
    if language != "ru":
        return f"line {line}, {quoted}{why}" if line else f"{quoted}{why}"
    return f"строка {line}, {quoted}{russian(why)}" if line else f"{quoted}{russian(why)}"


def russian(text: str) -> str:
    """The remark in Russian; one without a translation stays as it is."""
    place = _CHARACTER.search(text)
    bare = text[: place.start()] if place else text
    for known, words in _RUSSIAN:
        if found := re.fullmatch(known, bare, re.DOTALL):
            return found.expand(words) + (f" (знак {place[1]})" if place else "")
    return text
