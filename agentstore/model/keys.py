"""Any text as it can stand in a key of the database; that of an owner's, so that one sees whose."""

from __future__ import annotations

import hashlib
import json
import re

from agentstore.model.values import MAX_NAME_LENGTH, dump_json

_NO_ID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DECODER = json.JSONDecoder()
DIGEST = "sha256:"
"""What a digest in place of a name begins with."""
USERS_OWN = "@"
"""Stands before the key of what a user of the store has under another name of a framework's."""


def key_of(text: str) -> str:
    """A framework's name for something as it can stand in a key: itself, or a digest of it."""
    if (
        len(text) <= MAX_NAME_LENGTH
        and not _NO_ID.search(text)
        and text.strip() == text
        and not text.startswith(DIGEST)
    ):
        return text
    return DIGEST + _hash(text)


def key_of_owned(owner: str, name: str, mark: str = "") -> str:
    """A name that is an owner's alone as it can stand in a key, which begins as `owner_prefixes`.

    It is ``["owner","name"]``; what does not fit is a digest, a list of one: the name, or both.

    Args:
        owner: an id, of a tenant or user.
        name: any text.
        mark: what stands before it.
    """
    ways = (
        (dump_json(owner, "owner"), dump_json(name, "name")),
        (dump_json(owner, "owner"), _hidden(name)),
        (_hidden(owner), _hidden(name)),
    )
    keys = (f"{mark}[{first},{second}]" for first, second in ways)
    return next(key for key in keys if key_of(key) == key)


def owner_prefixes(owner: str, mark: str = "") -> tuple[str, str]:
    """What a key of an owner's begins with, and what it does where the owner is a digest."""
    return f"{mark}[{dump_json(owner, 'owner')},", f"{mark}[{_hidden(owner)},"


def owner_of(key: str) -> str | None:
    """What the keys of an owner's have in common and no others have, by one; None of no owner's.

    An owner has two such, see `owner_prefixes`, which are taken for keys here.
    """
    try:
        _, end = _DECODER.raw_decode(key, 1)
    except ValueError:
        return None
    return key[1:end] if key.startswith("[") else None


def _hidden(text: str) -> str:
    return f'["{_hash(text)}"]'


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
