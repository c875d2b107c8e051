"""The blocks of code of README and docs/: found, and sorted by what is to be done with them.

A block is run as its language demands, unless a comment above it says otherwise::

    <!-- not run: REASON -->
    <!-- run by tests/test_x.py -->     (which names the page)
    <!-- on postgresql, mysql -->       (in these databases, and not in a file of SQLite)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
DATABASES = ("sqlite", "postgresql", "mariadb", "mysql")

_MARKER = re.compile(r"<!-- (not run: |run by |on )(.+?) -->")
_FENCE = re.compile(r"```(\w*)$")


@dataclass(frozen=True)
class Block:
    """A block of a page.

    Attributes:
        page: the page's path in the checkout.
        line: the number of its first line.
        language: what the fence names; 'sh' where the block is indented.
        text: its lines.
        reason: why it is not run, or ''.
        runner: the test file that runs it, or ''.
        databases: those it is for; none where any will do.
    """

    page: str
    line: int
    language: str
    text: str
    reason: str = ""
    runner: str = ""
    databases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_here(self) -> bool:
        """Whether it is run by the walk, on a file of SQLite."""
        return not (self.reason or self.runner or self.databases)


def pages() -> list[str]:
    """Every page with blocks of its own; the reference is made from docstrings."""
    found = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    return [path.relative_to(CHECKOUT).as_posix() for path in found]


def blocks_of(page: str, text: str | None = None) -> list[Block]:
    """The blocks of a page, in order.

    Raises:
        ValueError: a fence is not closed, or a comment that looks like one of ours is none.
    """
    if text is None:
        text = (CHECKOUT / page).read_text(encoding="utf-8")
    return list(_read(page, text.splitlines()))


def _read(page: str, lines: list[str]) -> Iterator[Block]:
    marker: dict[str, object] = {}
    number = 0
    while number < len(lines):
        line, start = lines[number], number
        if line.startswith("```"):
            number = _end_of_fence(page, lines, number)
            fence = _FENCE.match(line)
            language = fence[1] if fence else line[3:]
            yield _block(page, start + 2, language, lines[start + 1 : number], marker)
            marker = {}
        elif line.startswith("    ") and (number == 0 or not lines[number - 1].strip()):
            while number + 1 < len(lines) and re.match(r"    |\s*$", lines[number + 1]):
                number += 1
            block = [indented[4:] for indented in lines[start : number + 1]]
            yield _block(page, start + 1, "sh", block, marker)
            marker = {}
        elif line.startswith("<!--"):
            marker = _marker(f"{page}:{number + 1}", line)
        elif line.strip():
            marker = {}
        number += 1


def _block(
    page: str, line: int, language: str, lines: list[str], marker: dict[str, object]
) -> Block:
    text = "\n".join(lines).rstrip("\n") + "\n"
    return Block(page, line, language, text, **marker)  # type: ignore[arg-type]


def _end_of_fence(page: str, lines: list[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number] == "```":
            return number
    raise ValueError(f"{page}:{start + 1}: the block has no end")


def _marker(place: str, line: str) -> dict[str, object]:
    found = _MARKER.fullmatch(line)
    if found is None:
        if re.match(r"<!--\s*(not|run|on)\b", line):
            raise ValueError(f"{place}: {line} is none of the three comments")
        return {}
    kind, value = found[1], found[2].strip()
    if kind == "not run: ":
        return {"reason": value}
    if kind == "run by ":
        return {"runner": value}
    databases = tuple(name.strip() for name in value.split(","))
    if unknown := set(databases) - set(DATABASES):
        raise ValueError(f"{place}: no database is called {', '.join(sorted(unknown))}")
    return {"databases": databases}
