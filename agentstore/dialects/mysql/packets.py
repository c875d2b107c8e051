"""What a MySQL server takes at once: statements in packets of at most max_allowed_packet bytes."""

from __future__ import annotations

from collections.abc import Sequence

from agentstore.errors import InvalidInputError

SMALLEST_LIMIT = 1024 * 1024
"""No server takes less."""

ROOM_FOR_BEGIN = 100
"""Bytes that the text before the first statement of a transaction takes at most."""

_SEPARATOR = "; "
_MOST_BYTES_A_CHARACTER = 4

SURELY_SHORT = (SMALLEST_LIMIT - ROOM_FOR_BEGIN) // _MOST_BYTES_A_CHARACTER - 1
"""Characters that every server takes, whatever they are."""


def are_surely_short(texts: Sequence[str]) -> bool:
    """Whether some statements fit in one packet of any server, whatever their characters."""
    return sum(map(len, texts)) + len(_SEPARATOR) * len(texts) <= SURELY_SHORT


def check_sizes(texts: Sequence[str], limit: int, room: int = 0) -> list[int]:
    """The bytes that each statement takes as a packet.

    Args:
        texts: the statements.
        limit: what the server takes.
        room: bytes that come in front of the first.

    Raises:
        InvalidInputError: one is too long by itself.
    """
    sizes = [len(text.encode("utf-8", "surrogateescape")) + 1 for text in texts]
    size = max(sizes, default=0) + room
    if size >= limit:
        raise InvalidInputError(
            f"this would be a statement of {size} bytes, and the server takes {limit} "
            "(max_allowed_packet; raise it in the server's configuration)"
        )
    return sizes


def in_packets(texts: Sequence[str], limit: int, room: int = 0) -> list[list[str]]:
    """Statements in order, as many in a packet as it takes.

    Args, Raises:
        As `check_sizes`.
    """
    packets: list[list[str]] = []
    left = 0
    for text, size in zip(texts, check_sizes(texts, limit, room), strict=True):
        if size + len(_SEPARATOR) >= left:
            left = limit - (0 if packets else room)
            packets.append([])
        packets[-1].append(text)
        left -= size + len(_SEPARATOR)
    return packets


def joined(texts: Sequence[str]) -> str:
    """Statements as one text."""
    return _SEPARATOR.join(texts)
