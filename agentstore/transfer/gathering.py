"""What stands in files -> conversations: whole ones, and those whose parts stand by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentstore.errors import InvalidInputError
from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.forms.form import Form, has_role, value_at
from agentstore.transfer.forms.registry import (
    BY_NAME,
    SHAPE_ERRORS,
    describe,
    form_of,
    form_of_parts,
    is_of,
)
from agentstore.transfer.json_text import parse

_MOST_HELD = 100
"""How many lines of no known form may stand before the first that says whose log it is."""


@dataclass(frozen=True)
class Found:
    """A conversation, or why there is none.

    Attributes:
        item: where it is, or begins.
        conversation: what was read.
        error: what is wrong with it, in words.
        passed_over: what is understood and holds no conversation, in words.
    """

    item: Item
    conversation: Conversation | None
    error: str | None
    passed_over: str | None = None


class Gatherer:
    """Reads conversations by their forms.

    Args:
        form: the name of the form, where it is not to be found out.
        messages_key: where an object has its messages, a path of keys with dots between them,
            for what is in no form that is known.

    Raises:
        InvalidInputError: there is no form of that name.
    """

    def __init__(self, form: str | None = None, messages_key: str | None = None) -> None:
        if form is not None and form not in BY_NAME:
            names = ", ".join(sorted(BY_NAME))
            raise InvalidInputError(f"there is no form {form!r}; there are {names}")
        self._form = None if form is None else BY_NAME[form]
        self._path = None if messages_key is None else messages_key.split(".")

    def gather(self, items: Iterable[Item]) -> Iterator[Found]:
        """The conversations, in order; those whose parts stand by themselves at their end."""
        parts: list[Item] = []
        unknown: list[Found] = []
        for item in items:
            if parts and item.sequence != parts[-1].sequence:
                yield from self._read_parts(parts)
                parts = []
            if unknown and item.sequence != unknown[-1].item.sequence:
                yield from _all_of(unknown)
            if item.error is not None:
                yield from _all_of(unknown)
                yield Found(item, None, item.error)
                continue
            try:
                value = item.value if self._path is None else self._with_messages(item.value)
                form, is_whole = self._form_of(value)
            except ValueError as exc:
                if parts and isinstance(item.value, dict):
                    parts.append(item)
                    continue
                unknown.append(Found(item, None, str(exc)))
                if not self._may_begin_a_log(item.value) or len(unknown) > _MOST_HELD:
                    yield from _all_of(unknown)
                continue
            except RecursionError:
                yield from _all_of(unknown)
                yield Found(item, None, "nested too deeply")
                continue
            if is_whole:
                yield from _all_of(unknown)
                yield from _read(item, form, value)
                continue
            if form.is_log:
                parts += [found.item for found in unknown]
                unknown = []
            yield from _all_of(unknown)
            parts.append(item)
        yield from _all_of(unknown)
        if parts:
            yield from self._read_parts(parts)

    def _form_of(self, value: JSONValue) -> tuple[Form, bool]:
        if self._form is None:
            found = form_of(value)
            if found is None:
                raise ValueError(describe(value))
            return found
        is_part = (
            is_of(self._form.is_part, value)
            or has_role(value)
            or (self._form.is_log and isinstance(value, dict))
        )
        return self._form, is_of(self._form.is_whole, value) or not is_part

    def _may_begin_a_log(self, value: JSONValue) -> bool:
        return self._path is None and isinstance(value, dict)

    def _read_parts(self, parts: list[Item]) -> Iterator[Found]:
        values = [item.value for item in parts]
        yield from _read(parts[0], self._form or form_of_parts(values), values)

    def _with_messages(self, value: JSONValue) -> JSONValue:
        """An object with its messages, and the system prompt beside them, in the usual places."""
        assert self._path is not None
        messages = _found(value, self._path)
        rest = _dropped(value, self._path)
        system = value_at(value, [*self._path[:-1], "system"])
        if system and isinstance(system, (str, list)) and "system" not in rest:
            rest = {**_dropped(rest, [*self._path[:-1], "system"]), "system": system}
        return {**rest, "messages": messages}


def _all_of(unknown: list[Found]) -> Iterator[Found]:
    """What was held until it was known whose it is, and is nobody's; none is held any more."""
    yield from unknown
    unknown.clear()


def _read(item: Item, form: Form, value: JSONValue) -> Iterator[Found]:
    try:
        conversations = form.read(value)
    except RecursionError:
        yield Found(item, None, "nested too deeply")
    except ValueError as exc:
        yield Found(item, None, str(exc))
    except SHAPE_ERRORS:
        yield Found(item, None, f"it is not quite in the form {form.name} ({form.title})")
    else:
        for conversation in conversations:
            if conversation.is_none:
                for what in conversation.passed_over.elements():
                    yield Found(item, None, None, what)
            else:
                yield Found(item, conversation, None)
        if not conversations:
            yield Found(item, None, None, f"{form.title} in which nothing is said")


def _found(value: JSONValue, path: list[str]) -> JSONValue:
    for place, key in enumerate(path):
        if not isinstance(value, dict) or key not in value:
            raise ValueError(f'there is no "{".".join(path[: place + 1])}"')
        value = value[key]
    return parse(value) if isinstance(value, str) else value


def _dropped(value: JSONValue, path: list[str]) -> dict[str, JSONValue]:
    """An object without what is at a path."""
    if not isinstance(value, dict):
        return {}
    rest = dict(value)
    if len(path) == 1:
        rest.pop(path[0], None)
    elif path[0] in rest:
        rest[path[0]] = _dropped(rest[path[0]], path[1:])
    return rest
