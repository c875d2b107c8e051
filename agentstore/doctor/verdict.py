"""What a check says: ok, look or wrong; what it found, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple, TypeAlias

State: TypeAlias = Literal["ok", "look", "wrong"]
"""ok: nothing to do; look: somebody should decide; wrong: data or service suffer."""


class Verdict(NamedTuple):
    """What a check says.

    Attributes:
        state: 'ok', 'look' or 'wrong'.
        found: what is there.
        advice: what to do; '' where it is nothing.
    """

    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, with the name of its check.

    Attributes:
        check: the check's name.
        state: 'ok', 'look' or 'wrong'.
        found: what is there.
        advice: what to do; '' where it is nothing.
    """

    check: str
    state: State
    found: str
    advice: str

    def to_dict(self) -> dict[str, str]:
        """The fields by name, ready for ``json.dumps``."""
        return asdict(self)


def ok(found: str) -> Verdict:
    """Nothing to do."""
    return Verdict("ok", found)


def look(found: str, advice: str) -> Verdict:
    """Somebody should decide."""
    return Verdict("look", found, advice)


def wrong(found: str, advice: str) -> Verdict:
    """Data or service suffer, or will."""
    return Verdict("wrong", found, advice)
