"""Any text as it can stand in a key of the database."""

from __future__ import annotations

import hashlib
import re

from agentstore.model.values import MAX_NAME_LENGTH

_NO_ID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
DIGEST = "sha256:"
"""What a digest in place of a name begins with."""


def key_of(text: str) -> str:
    """A framework's name for something as it can stand in a key: itself, or a digest of it."""
    if (
        len(text) <= MAX_NAME_LENGTH
        and not _NO_ID.search(text)
        and text.strip() == text
        and not text.startswith(DIGEST)
    ):
        return text
    return DIGEST + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
