"""All forms, and whose a value is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agentstore.records import JSONValue
from agentstore.transfer.forms import (
    anthropic,
    assistants,
    bedrock,
    chat_completions,
    chatgpt,
    claude_ai,
    claude_code,
    codex,
    gemini,
    gemini_cli,
    haystack,
    inspect_logs,
    langchain,
    langfuse,
    langsmith,
    librechat,
    llamaindex,
    llm_logs,
    ollama,
    open_webui,
    responses,
    semantic_kernel,
    sharegpt,
    swe_agent,
    tau2,
    vercel,
)
from agentstore.transfer.forms.form import Form

FORMS: tuple[Form, ...] = (
    claude_code.FORM,
    codex.FORM,
    gemini_cli.FORM,
    chatgpt.FORM,
    claude_ai.FORM,
    open_webui.FORM,
    librechat.FORM,
    assistants.FORM,
    langfuse.FORM,
    langsmith.FORM,
    llm_logs.FORM,
    langchain.FORM,
    semantic_kernel.FORM,
    llamaindex.FORM,
    tau2.FORM,
    swe_agent.FORM,
    inspect_logs.FORM,
    vercel.UI_FORM,
    vercel.MODEL_FORM,
    responses.FORM,
    haystack.FORM,
    bedrock.FORM,
    anthropic.FORM,
    gemini.FORM,
    sharegpt.FORM,
    ollama.FORM,
    chat_completions.FORM,
)
"""The more a form has that no other has, the earlier it is asked."""

_EMPTY = {
    "conversations": sharegpt.FORM,
    "conversation": sharegpt.FORM,
    "contents": gemini.FORM,
}
"""Whose list it is that an object has under a key, where it is empty and nobody else's."""

BY_NAME = {form.name: form for form in FORMS}

_KEYS_NAMED = 6


SHAPE_ERRORS = (AttributeError, IndexError, KeyError, StopIteration, TypeError)
"""What reading raises where a value is not of the shape of its form."""


def is_of(look: Callable[[Any], bool], value: JSONValue) -> bool:
    """Whether a value looks like a form's, whatever shapes are in it."""
    try:
        return look(value)
    except SHAPE_ERRORS:
        return False


def form_of(value: JSONValue) -> tuple[Form, bool] | None:
    """Whose a value is, and whether it is whole or makes a conversation with others.

    None where it is nobody's.
    """
    if is_of(chat_completions.is_plain, value):
        return chat_completions.FORM, True
    if isinstance(value, list):
        return form_of_parts(value), True
    for form in FORMS:
        if is_of(form.is_whole, value):
            return form, True
        if is_of(form.is_part, value):
            return form, False
    return _form_of_nothing(value)


def _form_of_nothing(value: JSONValue) -> tuple[Form, bool] | None:
    """The form of a conversation in which nobody has said anything yet."""
    if not isinstance(value, dict):
        return None
    if value.get("object") == "list" and value.get("data") == []:
        return responses.FORM, True
    found = (form for key, form in _EMPTY.items() if value.get(key) == [])
    form = next(found, None)
    return None if form is None else (form, True)


def form_of_parts(parts: Sequence[JSONValue]) -> Form:
    """The form of values that make conversations together: OpenAI's where it is no other's.

    All are looked at, as the first may have nothing that only their form has.
    """
    if is_of(chat_completions.is_plain, parts):
        return chat_completions.FORM
    found = (form for form in FORMS if any(is_of(form.is_part, part) for part in parts))
    return next(found, chat_completions.FORM)


def describe(value: JSONValue) -> str:
    """What is said of a value that is in no form."""
    if not isinstance(value, dict):
        return "it is neither a list of messages nor an object holding one"
    keys = ", ".join(repr(key[:40]) for key in list(value)[:_KEYS_NAMED])
    more = ", …" if len(value) > _KEYS_NAMED else ""
    return (
        f"no form that is known has these keys ({keys}{more}): "
        "name the form with --form, or the key of its messages with --messages-key"
    )
