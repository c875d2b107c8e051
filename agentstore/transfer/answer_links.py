"""Messages of role tool that are the answers of calls, whose results the store holds as well.

Adapters of frameworks save an answer twice: as the message that it is to them, whose metadata
names the call as ``tool_call_id``, and as the result of the call. In the OpenAI form that is one
message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from agentstore.records import JSONValue
from agentstore.transfer.plain_form import TOOL_CALL_ID, PreparedMessage
from agentstore.transfer.waiting_calls import Origin, WaitingCalls

NOTE = "answer_to"
"""Key in the notes of such a message, where `ties_of` would guess wrongly: how many turns back and
which call, or None for none."""

_MAX_NAME = 191


def short_id(call_id: str) -> str:
    """A call's id as the store keeps it: some providers put more into it than fits."""
    if len(call_id) <= _MAX_NAME and is_plain(call_id):
        return call_id
    digest = hashlib.sha256(call_id.encode(errors="surrogatepass")).hexdigest()
    return f"sha256:{digest}"


def is_plain(text: str) -> bool:
    """Whether every database takes a text as a name."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def ties_of(
    turns: Sequence[PreparedMessage], notes: Sequence[Mapping[str, JSONValue]]
) -> dict[int, Origin]:
    """Which turns are the answers of calls.

    Args:
        turns: a conversation's.
        notes: what is noted of each turn.

    Returns:
        The calls, by the index of the turn that answers.
    """
    ties: dict[int, Origin] = {}
    if not any(turn.role == "tool" for turn in turns):
        return ties  # as in most conversations: no turn could be an answer
    waiting = _Waiting()
    for index, (turn, note) in enumerate(zip(turns, notes, strict=True)):
        if NOTE not in note:
            call = waiting.guess(turn)
        elif note[NOTE] is None or turn.role != "tool":
            call = None
        else:
            back, place = note[NOTE]
            call = Origin(index - back, place)
        if call is not None and waiting.take(call):
            ties[index] = call
        waiting.add(index, turn)
    return ties


def note_ties(
    turns: Sequence[PreparedMessage],
    ties: Mapping[int, Origin],
    notes: Sequence[dict[str, JSONValue]],
) -> None:
    """Add to the notes of the turns what `ties_of` has to know to find these ties."""
    waiting = _Waiting()
    for index, turn in enumerate(turns):
        call = ties.get(index)
        if waiting.guess(turn) != call:
            notes[index][NOTE] = None if call is None else [index - call.turn, call.call]
        if call is not None:
            waiting.take(call)
        waiting.add(index, turn)


class _Waiting:
    """The calls with results, from the start of a conversation, that no message answers yet."""

    def __init__(self) -> None:
        self._calls = WaitingCalls()

    def add(self, index: int, turn: PreparedMessage) -> None:
        for place, call in enumerate(turn.calls):
            if call.answered:
                self._calls.add(Origin(index, place), call.call_id)

    def guess(self, turn: PreparedMessage) -> Origin | None:
        """The call that a turn answers by its id: of the latest turn with such, the first."""
        call_id = turn.metadata.get(TOOL_CALL_ID)
        if turn.role != "tool" or not isinstance(call_id, str):
            return None
        return self._calls.find(short_id(call_id))

    def take(self, call: Origin) -> bool:
        """Take note that a call has its message; False where it was not waiting for one."""
        return self._calls.take(call)
