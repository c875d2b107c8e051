"""Each test that docs/security.md names as the holder of a promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import agentstore

CHECKOUT = Path(agentstore.__file__).parent.parent
PAGE = (CHECKOUT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = "\n".join(
    file.read_text(encoding="utf-8")
    for folder in ("tests", "agentstore/testing")
    for file in sorted((CHECKOUT / folder).rglob("*.py"))
)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/.]+)`", PAGE))))
def test_a_file_is_there(path: str) -> None:
    assert (CHECKOUT / path).is_file()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:test_|Test)\w+)`", PAGE))))
def test_a_test_is_there(name: str) -> None:
    assert re.search(rf"^\s*(?:def|class) {name}\b", TESTS, re.MULTILINE)


@pytest.mark.parametrize("row", re.findall(r"^\| ([^|]+ \| [^|]+) \|$", PAGE, re.MULTILINE))
def test_each_row_of_promises_names_one(row: str) -> None:
    promise, _, held = row.partition(" | ")
    assert promise in ("promise", "---") or re.search("`tests/|`Test", held)


@pytest.mark.parametrize("section", re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:])
def test_each_section_names_one(section: str) -> None:
    assert re.search(r"`tests/|`Test\w+`", section), section.partition("\n")[0]
