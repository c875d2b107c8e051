"""Conversations such as every provider's form can say, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from agentstore import NewMessage

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['{"a": 1}', "[1]", "é 👩‍👧\n", "null", "data:x", '"'],
)
said_texts = texts.filter(str.strip)
"""Texts that no provider refuses as blank."""

values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.just(1.0) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
objects = st.dictionaries(texts | st.sampled_from(["output", "error", "type"]), values, max_size=2)
text_parts = st.builds(lambda text: {"type": "text", "text": text}, said_texts)
media_parts = st.sampled_from(
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {
            "type": "file",
            "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"},
        },
    ]
)


def _is_no_list_of_parts(value: Any) -> bool:
    return not (isinstance(value, list) and value and all(map(_has_type, value)))


def _has_type(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


results = (said_texts | objects | values).filter(_is_no_list_of_parts)


@st.composite
def conversations(draw: st.DrawFn, *, late_system: bool) -> list[NewMessage]:
    """Conversations whose calls have ids of their own; the last may wait for its results.

    Args:
        draw: Hypothesis's.
        late_system: whether the system may speak in the middle.
    """
    messages = [NewMessage("system", draw(said_texts))] if draw(st.booleans()) else []
    for turn in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["user", "assistant", "system", "calls"]))
        if kind == "user":
            parts = st.lists(text_parts | media_parts, min_size=1, max_size=3)
            messages.append(NewMessage("user", draw(said_texts | parts)))
        elif kind == "assistant" or (kind == "system" and not late_system):
            messages.append(NewMessage("assistant", draw(said_texts)))
        elif kind == "system":
            messages.append(NewMessage("system", draw(said_texts)))
        else:
            count = draw(st.integers(1, 3))
            calls = [_call(draw, f"call_{turn}_{place}", waits=False) for place in range(count)]
            messages.append(
                NewMessage("assistant", draw(st.just("") | said_texts), tool_calls=calls)
            )
    if draw(st.booleans()):
        messages.append(NewMessage("assistant", "", tool_calls=[_call(draw, "last", waits=True)]))
    return messages


def _call(draw: st.DrawFn, call_id: str, *, waits: bool) -> dict[str, Any]:
    name = draw(st.sampled_from(["wind", "look_up"]))
    call: dict[str, Any] = {"tool_name": name, "arguments": draw(objects), "call_id": call_id}
    return call if waits else {**call, "result": draw(results)}
