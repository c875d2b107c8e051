"""From a policy's TOML to its rules: what is wrong is said with its line, rule and key."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NoReturn

from agentstore.errors import InvalidInputError
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.values import check_choice, check_id, check_name
from agentstore.retention.policy_lines import line_of_key, line_of_rule
from agentstore.retention.rules import ACTIONS, STATES, RetentionRule
from agentstore.retention.toml_text import load_toml

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=365_000)
"""Longer ago than this there are no dates."""


def parse_rules(text: str, source: str) -> tuple[RetentionRule, ...]:
    """Read a policy's rules.

    Args:
        text: the TOML.
        source: what errors call it, such as its path.

    Raises:
        InvalidInputError: it is no policy.
    """
    try:
        tables = load_toml(text)
    except ValueError as exc:
        raise InvalidInputError(f"the policy {source} is not TOML: {exc}") from exc
    for key in tables:
        if key != "rule":
            line = line_of_key(text, None, key)
            raise InvalidInputError(
                f"{_place(source, line)}: a policy has [[rule]] tables, and no {key!r}"
            )
    rules = tables.get("rule")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise InvalidInputError(f"the policy {source} has no [[rule]] in it")
    read = [_Reader(text, source, number, rule).rule() for number, rule in enumerate(rules)]
    names = [rule.name for rule in read]
    for number, name in enumerate(names):
        if name in names[:number]:
            _Reader(text, source, number, rules[number]).refuse("name", "another rule has it")
    return tuple(read)


def _place(source: str, line: int | None) -> str:
    return source if line is None else f"{source}:{line}"


class _Reader:
    """Reads one rule.

    Args:
        text: the whole policy.
        source: its path.
        number: the rule's number, from 0.
        table: the rule.
    """

    def __init__(self, text: str, source: str, number: int, table: Mapping[str, Any]) -> None:
        self._text = text
        self._source = source
        self._number = number
        self._table = table

    def rule(self) -> RetentionRule:
        """The rule.

        Raises:
            InvalidInputError: a key or a value is not one of a rule's.
        """
        for key in self._table:
            if key not in _KEYS:
                self.refuse(key, f"a rule has {', '.join(_KEYS)}, and no other key")
        found: dict[str, Any] = {}
        for key, read in _KEYS.items():
            if key in self._table:
                try:
                    found[key] = read(self._table[key])
                except InvalidInputError as exc:
                    self.refuse(key, str(exc))
        for key in ("name", "action"):
            if key not in found:
                self.refuse(key, "it is missing")
        action = found["action"]
        if action != "keep" and "idle_for" not in found:
            self.refuse("idle_for", f"it is missing, and action {action!r} needs it")
        if action == "trash" and found.get("state") == "trashed":
            self.refuse("action", "what is in the trash cannot be put there")
        entries = found.pop("metadata", frozenset())
        return RetentionRule(**found, entries=entries)

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Say what is wrong with a key, and where it is."""
        name = self._table.get("name")
        called = repr(name) if isinstance(name, str) and name else str(self._number + 1)
        line = line_of_key(self._text, self._number, key) or line_of_rule(self._text, self._number)
        raise InvalidInputError(f"{_place(self._source, line)}: rule {called}, {key}: {reason}")


def _read_name(value: Any) -> str:
    return check_name(value, "it")


def _read_owner(value: Any) -> str:
    return check_id(value, "it")


def _read_metadata(value: Any) -> frozenset[str]:
    if not isinstance(value, dict) or not value:
        raise InvalidInputError("it is a table of keys and values, as in {plan = 'free'}")
    for key, wanted in value.items():
        if not isinstance(wanted, (str, int, float)) or (
            isinstance(wanted, float) and not math.isfinite(wanted)
        ):
            raise InvalidInputError(f"{key!r} is a text, a number or a boolean")
    return frozenset(metadata_entries(value))


def _read_state(value: Any) -> str:
    return check_choice(value, "it", STATES)


def _read_idle_for(value: Any) -> timedelta:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([hdw])", value) if isinstance(value, str) else None
    if match is None:
        raise InvalidInputError("it is a number of h, d or w, as in '12h', '90d' or '8w'")
    try:
        span = timedelta(**{_UNITS[match[2]]: float(match[1])})
    except OverflowError:
        span = timedelta.max
    if span > _LONGEST:
        raise InvalidInputError("it is longer than there are dates for")
    return span


def _read_action(value: Any) -> str:
    return check_choice(value, "it", ACTIONS)


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "name": _read_name,
    "tenant_id": _read_owner,
    "user_id": _read_owner,
    "metadata": _read_metadata,
    "state": _read_state,
    "idle_for": _read_idle_for,
    "action": _read_action,
}
