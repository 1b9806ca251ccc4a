"""Patterns written one after another, as they are easiest to read and to extend."""


def listed(patterns: str) -> list[str]:
    """Patterns separated by semicolons, over any number of lines."""
    return [" ".join(pattern.split()) for pattern in patterns.split(";") if pattern.strip()]


def rule(weight: float, patterns: str, *, unless: str = "", together: str = "", zone: str = "") -> dict[str, object]:
    """One rule in the shape of a rules file; `together` is its `with`."""
    entry = {"weight": weight, "any": listed(patterns), "with": listed(together), "unless": listed(unless), "in": zone}
    return {name: value for name, value in entry.items() if value not in ([], "")}
