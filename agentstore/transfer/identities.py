"""Ids made from what they name, so that an import that is run again finds what it stored."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.json_text import canonical


class Identities:
    """Session ids made from conversations; remembers 16 bytes of each it has seen."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def session_id(self, conversation: Conversation) -> str:
        """The same for the same conversation; another for its second occurrence in a file."""
        digest = hashlib.sha256(canonical(conversation.form).encode()).digest()
        self._seen[digest[:16]] += 1
        return _made_of(digest + b"%d" % self._seen[digest[:16]])


def id_in(conversation: Conversation, item: JSONValue, key: str) -> str:
    """The id that a conversation has of its own.

    Args:
        conversation: it.
        item: the value that it was read from, where that is one object.
        key: where it has its id, a path of keys with dots between them.

    Raises:
        ValueError: there is none.
    """
    found = _at(conversation.metadata, key)
    if found is None and isinstance(item, dict):
        found = _at(item, key)
    if found is None and key == "id":
        found = conversation.id
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise ValueError(f'there is no id under "{key}"')
    return found


def message_id(session_id: str, position: int) -> str:
    """The id of a session's message, the same in each import of it."""
    return _made_of(f"{session_id}\0{position}".encode(errors="surrogatepass"))


def made_id(*names: str) -> str:
    """An id made from what it names, each a text; the same each time."""
    return _made_of("\0".join(names).encode(errors="surrogatepass"))


def _at(value: JSONValue, path: str) -> JSONValue:
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _made_of(name: bytes) -> str:
    number = int.from_bytes(hashlib.sha256(name).digest()[:16], "big")
    # A UUIDv8 (RFC 9562): of our own making, and as long as the store's own ids.
    number = number & ~(0xF << 76) & ~(0x3 << 62) | 8 << 76 | 2 << 62
    return str(uuid.UUID(int=number))
