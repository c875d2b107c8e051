"""What a reader of one form says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation


def never(value: JSONValue) -> bool:
    """No value is one."""
    return False


@dataclass(frozen=True)
class Form:
    """A form that conversations come in.

    Attributes:
        name: by which it is asked for.
        title: whose it is, in words.
        is_whole: whether a value holds conversations by itself.
        is_part: whether a value is one of those that make conversations together: a message, a
            line of a log.
        read: the conversations of a value, or of a list of parts. Pure: no files, no clock.
        is_log: whether its parts are lines of a program's log, which may have kinds of lines that
            are not known yet.
    """

    name: str
    title: str
    is_whole: Callable[[JSONValue], bool]
    read: Callable[[JSONValue], list[Conversation]]
    is_part: Callable[[JSONValue], bool] = never
    is_log: bool = False


def has_some(value: JSONValue, key: str, is_part: Callable[[JSONValue], bool]) -> bool:
    """Whether an object has a list under a key, with parts of a form among its items."""
    if not isinstance(value, dict) or not isinstance(value.get(key), list):
        return False
    return any(is_part(item) for item in value[key])


def objects(value: JSONValue, what: str = "messages") -> list[dict[str, JSONValue]]:
    """The items of a list.

    Raises:
        ValueError: it is no list, or one of them is no object.
    """
    if not isinstance(value, list):
        raise ValueError(f'"{what}" is not a list of messages')
    for number, item in enumerate(value, 1):
        if not isinstance(item, dict):
            raise ValueError(f"message {number} is not an object")
    return value


def has_role(value: JSONValue) -> bool:
    """Whether a value is an object with a role."""
    return isinstance(value, dict) and isinstance(value.get("role"), str)


def items_of(value: JSONValue, key: str) -> list[JSONValue]:
    """The list under a key of an object, empty where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def value_at(value: JSONValue, path: Iterable[str]) -> JSONValue:
    """What objects in objects have under some keys, one below the other; None for nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
