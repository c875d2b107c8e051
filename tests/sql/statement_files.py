"""What the tests of the SQL files need to know of them, beyond what the library itself reads."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from agentstore.statements import Statement

EXPLAINED = (
    "adk",
    "checkpoints",
    "confirmations",
    "copies",
    "erasure",
    "figures",
    "holds",
    "lookup",
    "messages",
    "retention",
    "sessions",
    "tool_calls",
)
"""The folders of the statements that read or write the tables."""

DIALECTS = ("postgresql", "mysql", "sqlite")

_SAMPLE = re.compile(r"/\* :(\w+) \*/ ('(?:[^']|'')*'|-?[\d.]+|TRUE|FALSE|NULL)")
_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None}


@cache
def samples(statement: Statement) -> dict[str, Any]:
    """The sample values in a statement's file, by parameter."""
    return {
        name: _value(literal)
        for name, literal in _SAMPLE.findall(statement.path.read_text(encoding="utf-8"))
    }


def _value(literal: str) -> Any:
    if literal in _CONSTANTS:
        return _CONSTANTS[literal]
    if literal.startswith("'"):
        return literal[1:-1].replace("''", "'")
    return float(literal) if "." in literal else int(literal)
