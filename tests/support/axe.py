"""Accessibility by axe-core (MPL-2.0, fetched for tests only): WCAG 2.2 A and AA, on a page or inside a frame."""

from typing import Any, Final

from playwright.sync_api import Frame, Page
from tests.support.npm import AXE, file_of

_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN: Final = """async (rules) => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""


def violations(page: Page | Frame) -> list[str]:
    """What axe complains of, with the elements; empty when all is well. The policy of the page does not stop it."""
    page.evaluate(file_of(*AXE) + ";0")
    found: list[Any] = page.evaluate(_RUN, list(_RULES))
    return [str(one) for one in found]


def crowded(page: Page | Frame, least: int = 40) -> list[str]:
    """Visible targets that a finger misses: lower than `least` pixels."""
    found: list[Any] = page.evaluate(
        """(least) => [...document.querySelectorAll('button, summary, select, input:not([type=checkbox]):not([type=radio]):not([type=hidden]), label.choice, label.chip')]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < least)
        .map((one) => `${one.tagName} ${one.name ?? ''} ${one.textContent.trim().slice(0, 40)} ${one.getBoundingClientRect().height}`)""",
        least,
    )
    return [str(one) for one in found]
