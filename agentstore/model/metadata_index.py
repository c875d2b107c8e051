"""How sessions are found by their metadata: an index entry for each scalar at its top level."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from agentstore.records import JSONValue

INDEXED_TYPES = (str, int, float, bool, type(None))
"""What a session can be found by."""

_LONGEST_PLAIN_ENTRY = 191


def metadata_entries(metadata: Mapping[str, JSONValue]) -> list[str]:
    """What a session's metadata is found by: a text for each scalar at its top level."""
    return [
        _entry(key, value) for key, value in metadata.items() if isinstance(value, INDEXED_TYPES)
    ]


def _entry(key: str, value: str | float | bool | None) -> str:
    """The JSON list [key, value] in ASCII, numbers by value; a digest where it is long.

    A digest too where JSON escapes a surrogate, since two of them could be one character.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = json.dumps([key, value], separators=(",", ":"))
    if len(text) <= _LONGEST_PLAIN_ENTRY and "\\ud" not in text:
        return text
    exact = json.dumps([key, value], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return f"sha256:{hashlib.sha256(exact).hexdigest()}"
