"""Which tool message answers which call, and where it stands among the other messages.

In the store an answer is the result of its call, and no message of its own unless an adapter has
saved it (see ``answer_links``). In the form it is a message that refers to the call by id, so both
the tie and the place have to come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from agentstore.records import JSONValue
from agentstore.transfer.plain_form import (
    STORE_KEY,
    TOOL_CALL_ID,
    Form,
    PreparedMessage,
    plain_answer,
    plain_answering_turn,
    plain_turn,
    store_notes,
)
from agentstore.transfer.roles import role_of
from agentstore.transfer.waiting_calls import Origin, WaitingCalls

Place: TypeAlias = "list[int]"
"""Where an answer stands: how many turns after its own, and its rank among the answers there."""


class OpenCalls:
    """The calls of a conversation, read from its start, that have no answer yet."""

    def __init__(self) -> None:
        self._waiting = WaitingCalls()
        self._by_message: dict[int, list[Origin]] = {}
        self._latest: list[tuple[Origin, str]] = []
        """Those of the turn that stands last, but for answers, with their tools' names."""
        self._latest_by_name: WaitingCalls | None = None
        """The same by name, once a message without an id has asked for one of them."""

    def add(self, message: int, index: int, turn: PreparedMessage) -> None:
        """Take note of the calls of a turn that stands as message ``message`` of the form."""
        if turn.calls or turn.role != "tool":
            self._latest, self._latest_by_name = [], None
        if not turn.calls:
            return
        origins = [Origin(index, place) for place in range(len(turn.calls))]
        self._by_message[message] = origins
        for call, origin in zip(turn.calls, origins, strict=True):
            self._waiting.add(origin, call.form_id if isinstance(call.form_id, str) else None)
            self._latest.append((origin, call.tool_name))

    def answered_by(self, message: int, form: Mapping[str, JSONValue]) -> Origin | None:
        """The open call that a message answers, None where it stands for itself.

        Of several calls with one id: those of the latest turn, and of these the first. A message
        that names no id answers the calls that it stands behind: the first of its tool's name,
        or the first of all where it has none.
        """
        if role_of(form["role"]) != "tool":
            return None
        noted = form.get(STORE_KEY)
        notes = store_notes(form) if isinstance(noted, dict) and "answers" in noted else {}
        if "answers" in notes:
            if notes["answers"] is None:
                return None
            back, index = notes["answers"]
            calls = self._by_message.get(message - back, [])
            return calls[index] if index < len(calls) and calls[index] in self._waiting else None
        form_id = form.get("tool_call_id")
        if isinstance(form_id, str):
            return self._waiting.find(form_id)
        names = (form.get("tool_name"), form.get("name"))
        return self._latest_named(next((name for name in names if isinstance(name, str)), None))

    def _latest_named(self, tool_name: str | None) -> Origin | None:
        if self._latest_by_name is None:
            self._latest_by_name = WaitingCalls()
            for origin, name in self._latest:
                if origin in self._waiting:
                    self._latest_by_name.add(origin, name)
                    self._latest_by_name.add(origin, None)
        return self._latest_by_name.find(tool_name)

    def close(self, origin: Origin) -> None:
        """Take note that a call has its answer."""
        self._waiting.take(origin)
        if self._latest_by_name is not None:
            self._latest_by_name.take(origin)


def places(origins: Sequence[Origin]) -> dict[Origin, Place]:
    """The places of the answers that do not stand right behind their turn, in call order."""
    result: dict[Origin, Place] = {}
    turn, group = -1, list[Origin]()
    for origin in [*origins, Origin(len(origins))]:
        if origin.call is not None:
            group.append(origin)
            continue
        if group != sorted(group, key=lambda answer: answer.call or 0) or any(
            answer.turn != turn for answer in group
        ):
            result.update((answer, [turn - answer.turn, rank]) for rank, answer in enumerate(group))
        turn, group = origin.turn, []
    return result


def plain_messages(
    turns: Sequence[PreparedMessage], placed: Mapping[Origin, Place], ties: Mapping[int, Origin]
) -> tuple[list[Form], list[Origin]]:
    """The plain form of a conversation.

    Args:
        turns: its turns.
        placed: the answers that do not stand right behind their turn, see ``places``.
        ties: the calls whose answers are turns, by the index of these.

    Returns:
        Its messages, and for each what it stands for.
    """
    forms: list[Form] = []
    origins: list[Origin] = []
    open_calls = OpenCalls()
    waiting = _by_turn(turns, placed, frozenset(ties.values()))
    message_of_turn: list[int] = []
    for index, turn in enumerate(turns):
        form = plain_turn(turn, index)
        answered = ties.get(index)
        if answered is not None and answered.call is not None:
            form = plain_answering_turn(form, turns[answered.turn].calls[answered.call])
        is_no_answer = answered is None and turn.role == "tool" and TOOL_CALL_ID in form
        if turn.role == "tool" and (
            is_no_answer or open_calls.answered_by(len(forms), form) != answered
        ):
            place = None
            if answered is not None:
                place = [len(forms) - message_of_turn[answered.turn], answered.call]
            form[STORE_KEY] = {**form.get(STORE_KEY, {}), "answers": place}
        if answered is not None:
            open_calls.close(answered)
        for number, call in enumerate(turn.calls):
            call.form_id = form["tool_calls"][number]["id"]
        open_calls.add(len(forms), index, turn)
        message_of_turn.append(len(forms))
        forms.append(form)
        origins.append(Origin(index))
        for answer in waiting[index]:
            assert answer.call is not None
            call = turns[answer.turn].calls[answer.call]
            form = plain_answer(call.form_id, call.result)
            if open_calls.answered_by(len(forms), form) != answer:
                back = len(forms) - message_of_turn[answer.turn]
                form[STORE_KEY] = {**form.get(STORE_KEY, {}), "answers": [back, answer.call]}
            open_calls.close(answer)
            forms.append(form)
            origins.append(answer)
    return forms, origins


def _by_turn(
    turns: Sequence[PreparedMessage], placed: Mapping[Origin, Place], tied: frozenset[Origin]
) -> defaultdict[int, list[Origin]]:
    """The answers that stand behind each turn, in order: those with a place, then the others.

    Those that are ``tied`` are turns themselves.
    """
    result: defaultdict[int, list[Origin]] = defaultdict(list)
    if not placed:
        for index, turn in enumerate(turns):
            answers = [Origin(index, n) for n, call in enumerate(turn.calls) if call.answered]
            result[index] = [answer for answer in answers if answer not in tied]
        return result
    ranked: defaultdict[int, list[tuple[int, int, Origin]]] = defaultdict(list)
    for index, turn in enumerate(turns):
        for number, call in enumerate(turn.calls):
            answer = Origin(index, number)
            if call.answered and answer not in tied:
                later, rank = placed.get(answer, (0, -1))
                behind = min(index + later, len(turns) - 1)
                ranked[behind].append((rank < 0, max(rank, 0), answer))
    for index, entries in ranked.items():
        result[index] = [entry[2] for entry in sorted(entries, key=lambda entry: entry[:2])]
    return result
