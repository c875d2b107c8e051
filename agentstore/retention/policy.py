"""A retention policy: its rules, and which of them is a session's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from agentstore.errors import InvalidInputError
from agentstore.retention.policy_file import parse_rules
from agentstore.retention.rules import Candidate, RetentionRule


@dataclass(frozen=True)
class RetentionPolicy:
    """The rules, in order: the first that matches a session is its only one. No rule: it is kept.

    Attributes:
        rules: the rules.
    """

    rules: tuple[RetentionRule, ...]

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> RetentionPolicy:
        """The policy in a TOML file; docs/operations/retention.md has its keys.

        Args:
            path: the file.

        Raises:
            InvalidInputError: it cannot be read, is no TOML, or has a key or value that a policy
                does not have: the message names the line, the rule and the key.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise InvalidInputError(f"a policy is a path, not {type(path).__name__}")
        name = os.fspath(path)
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, ValueError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
            raise InvalidInputError(f"the policy {name} cannot be read: {reason or exc}") from exc
        return cls(parse_rules(text, name))

    @cached_property
    def entries(self) -> frozenset[str]:
        """All metadata entries that some rule asks for."""
        return frozenset().union(*(rule.entries for rule in self.rules))

    def rule_of(self, session: Candidate) -> int | None:
        """The number of a session's rule; None where it has none."""
        for number, rule in enumerate(self.rules):
            if rule.matches(session):
                return number
        return None

    def due(self, session: Candidate, now: datetime) -> int | None:
        """The number of the rule whose action is due for a session; None where none is."""
        number = self.rule_of(session)
        if number is None or session.idle_since > self.rules[number].idle_before(now):
            return None
        return number
