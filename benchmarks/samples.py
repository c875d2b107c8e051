"""The conversations that every contender stores: made from a seed, the same for all."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CALLS_A_TURN = 2
MESSAGES_A_TURN = 2

_SAID = (
    "the order of last week arrived late and one item is missing please check whether it can be "
    "refunded or sent again before Friday café naïve 東京 thanks"
)
_WORDS = _SAID.split()
_TOOLS = ("get_order_details", "search_products", "refund_order", "get_user_details")


@dataclass(frozen=True)
class SampleCall:
    """One tool call with its result."""

    call_id: str
    tool_name: str
    arguments: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True)
class SampleTurn:
    """What a user said, and what the agent answered with two tool calls."""

    user: str
    assistant: str
    calls: tuple[SampleCall, ...]


@dataclass(frozen=True)
class SampleSession:
    """A session with its turns."""

    session_id: str
    user_id: str
    turns: list[SampleTurn]


def make_turns(count: int, seed: int = 1) -> list[SampleTurn]:
    """Turns of the size of real ones: about 150 characters a message, 200 bytes a call."""
    random_ = random.Random(seed)
    return [_turn(random_) for _ in range(count)]


def make_sessions(
    count: int, turns_each: int, seed: int = 1, users: int = 100
) -> Iterator[SampleSession]:
    """New sessions, of some users in turn; what is said in them is the same for the same seed."""
    random_ = random.Random(seed)
    for number in range(count):
        yield SampleSession(
            str(uuid.uuid4()),
            user_id(number % users),
            [_turn(random_) for _ in range(turns_each)],
        )


def user_id(number: int) -> str:
    """The nth user."""
    return f"user-{number}"


def _turn(random_: random.Random) -> SampleTurn:
    return SampleTurn(
        user=_text(random_, 20),
        assistant=_text(random_, 30),
        calls=tuple(_call(random_) for _ in range(CALLS_A_TURN)),
    )


def _text(random_: random.Random, words: int) -> str:
    return " ".join(random_.choices(_WORDS, k=words))


def _call(random_: random.Random) -> SampleCall:
    number = random_.randrange(10**6)
    return SampleCall(
        call_id=f"call_{number:024d}",
        tool_name=random_.choice(_TOOLS),
        arguments={"order_id": f"#W{number}", "items": [number, number + 1], "refund": True},
        result={
            "success": True,
            "order": {"status": "delivered", "total": number / 100, "items": ["a", "b"]},
            "note": _text(random_, 6),
        },
    )
