"""On which line of a policy a rule or a key stands: the standard library's TOML does not say."""

from __future__ import annotations

import re

_RULE = re.compile(r"\s*\[\[\s*(?:rule|\"rule\"|'rule')\s*\]\]")
_HEADER = re.compile(r"\s*\[")


def line_of_rule(text: str, number: int) -> int | None:
    """The line of a rule's ``[[rule]]``; None where it is written in another way.

    Args:
        text: the policy.
        number: the rule's number, from 0.
    """
    lines = [at for at, line in enumerate(text.splitlines(), 1) if _RULE.match(line)]
    return lines[number] if number < len(lines) else None


def line_of_key(text: str, number: int | None, key: str) -> int | None:
    """The line of a key; None where it is not found.

    Args:
        text: the policy.
        number: the number of the rule that has it, from 0; None for a key of the policy's own.
        key: the key.
    """
    name = rf"(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')"
    own = re.compile(rf"\s*{name}\s*[.=]")
    table = re.compile(rf"\s*\[\[?\s*{name}\s*[\].]")
    part = re.compile(rf"\s*\[\s*rule\s*\.\s*{name}\s*[\].]")
    rule = -1
    is_top = True
    for at, line in enumerate(text.splitlines(), 1):
        if _RULE.match(line):
            rule += 1
            is_top = False
        elif _HEADER.match(line):
            is_top = False
        if number is None and (table.match(line) or (is_top and own.match(line))):
            return at
        if number is not None and rule == number and (own.match(line) or part.match(line)):
            return at
    return None
