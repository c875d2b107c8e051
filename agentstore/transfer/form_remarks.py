"""What of a message in the OpenAI form is not understood, though it comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator

from agentstore.records import JSONValue
from agentstore.transfer.plain_form import (
    ADAPTER_KEYS,
    CALL_KEYS,
    FORM_PARTS,
    STORE_KEY,
    Form,
    count_calls,
    is_bare,
    is_parts,
    said_elsewhere,
)
from agentstore.transfer.roles import known_role

OUR_KEYS = ADAPTER_KEYS | {STORE_KEY}
"""What only an export of ours has: its messages may have parts of whichever framework."""

_WITHOUT_TEXT = frozenset(
    {
        *("role", "content", "name", "id", "weight"),
        *("tool_calls", "function_call", "tool_call_id", "tool_name"),
        *("refusal", "annotations", "audio", "reasoning", "reasoning_content"),
    }
)
"""Keys of which is known that what they have is no text of the message."""


def remarks_on(form: Form) -> Iterator[str]:
    """What is to be said of a message.

    Args:
        form: a message with a role.
    """
    if is_bare(form):
        return
    if known_role(form["role"]) is None:
        yield f"role {form['role'][:40]!r}: kept as the user's"
    content = form.get("content")
    if content is not None and not isinstance(content, str) and not is_parts(content):
        yield "content that is neither text nor parts: kept as JSON"
    has_calls = False
    for key in CALL_KEYS:
        calls = form.get(key)
        if calls:
            has_calls = True
            count = len(calls) if isinstance(calls, list) and key == "tool_calls" else 1
            for _ in range(count - count_calls(key, calls)):
                yield "call that names no tool: kept as metadata"
    if not OUR_KEYS.isdisjoint(form):
        return
    if content is None and not has_calls and _has_more(form):
        yield "message without a text that is known"
    yield from _remarks_on_parts(form)


def _has_more(form: Form) -> bool:
    """Whether a message without content has anything that may be its text."""
    return said_elsewhere(form) is None and any(
        key not in _WITHOUT_TEXT and value not in (None, False, [], {}, "")
        for key, value in form.items()
    )


def _remarks_on_parts(form: Form) -> Iterator[str]:
    """A tool may answer with anything: what looks like parts there is its result."""
    content: JSONValue = form.get("content")
    if known_role(form["role"]) == "tool" or not is_parts(content):
        return
    for part in content:
        if part["type"] not in FORM_PARTS:
            yield f"part {part['type'][:40]!r}: kept as it is, no text of it is known"
