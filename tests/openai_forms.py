"""Random conversations in the OpenAI form, how two of them are compared, and one as a line."""

import json
from typing import Any

from hypothesis import strategies as st

from agentstore.transfer.json_text import encoded

KEYS = [
    "name",
    "metadata",
    "refusal",
    "response",
    "response_type",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "traj",
    "_openai",
    "_agentstore",
    "",
]

texts = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["", "hello", "👩‍👩‍👧 naïve\n", "nul \0", "lone \ud800", '{"a": 1}']
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([2**70, 1.0, -0.0, 0.1, 1e300])
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
ids = st.sampled_from(["a", "b", "c", "call_0_0", "call_1_0", ""])
patches = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "set": st.dictionaries(st.sampled_from(["content", "role", *KEYS]), json_values),
            "drop": st.lists(st.sampled_from(["content", "name", "x"])),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"in": st.dictionaries(st.sampled_from(["tool_calls", "0", "function"]), inner)}
    ),
    max_leaves=3,
)
reserved = (
    patches
    | st.fixed_dictionaries(
        {},
        optional={
            "metadata": st.dictionaries(st.sampled_from(["content", "x", *KEYS]), json_values),
            "answers": st.none() | st.lists(st.integers(0, 3), min_size=2, max_size=2),
            "result": st.just("json"),
            "answer": st.fixed_dictionaries({}, optional={"result": json_values}),
            "call_id": st.none(),
        },
    )
    | st.fixed_dictionaries({"answers": st.dictionaries(st.sampled_from("01x"), patches)})
    | st.fixed_dictionaries(
        {"answer_to": st.none() | st.tuples(st.integers(-1, 3), st.integers(0, 2)).map(list)}
    )
)
extra_keys = st.dictionaries(
    st.sampled_from(KEYS) | texts.filter(lambda key: key not in {"role", "content"}),
    json_values | reserved,
    max_size=2,
)
text_part = st.fixed_dictionaries({"type": st.just("text"), "text": texts})
image_part = st.fixed_dictionaries(
    {"type": st.just("image_url"), "image_url": st.fixed_dictionaries({"url": texts})}
)
other_part = st.fixed_dictionaries(
    {"type": st.sampled_from(["reasoning", "audio", "thought", ""])},
    optional={"text": json_values, "source": json_values},
)
contents = (
    texts
    | st.none()
    | st.lists(text_part | image_part, max_size=3)
    | st.lists(text_part | other_part, max_size=2)
    | st.lists(json_values, max_size=2)
    | st.integers()
)
arguments = (
    json_values.map(json.dumps)
    | st.sampled_from(["", "{", "NaN", '{"a": 1, "a": 2}', '{ "a" :\n1.50 }', "1e999", "[" * 5000])
    | json_values
)
function_calls = st.fixed_dictionaries(
    {
        "id": ids | ids | ids | json_values,
        "type": st.just("function"),
        "function": st.fixed_dictionaries(
            {"name": st.sampled_from(["look_up", "n" * 191, "n" * 192, "", "nul\0", "\udfff"])},
            optional={"arguments": arguments, "strict": json_values},
        ),
    },
    optional={"index": st.integers(), "_agentstore": reserved},
)
custom_calls = st.fixed_dictionaries(
    {"id": ids, "type": st.just("custom")},
    optional={
        "custom": st.fixed_dictionaries({"name": texts}, optional={"input": texts}),
        "function": json_values,
    },
)
tool_calls = st.lists(function_calls | function_calls | custom_calls | json_values, max_size=3)


def messages_of(role: st.SearchStrategy[str], **optional: Any) -> st.SearchStrategy[Any]:
    """Messages with these roles and, sometimes, these keys."""
    fixed = st.fixed_dictionaries({"role": role}, optional={"content": contents, **optional})
    return st.tuples(extra_keys, fixed).map(lambda pair: {**pair[0], **pair[1]})


assistants = messages_of(
    st.just("assistant"),
    tool_calls=tool_calls,
    refusal=st.none() | texts,
    audio=st.fixed_dictionaries({"id": texts}, optional={"transcript": texts | json_values}),
)
answers = st.builds(
    lambda form, form_id: {**form, "tool_call_id": form_id},
    messages_of(st.just("tool")),
    ids,
)
others = messages_of(
    st.sampled_from(["user", "system", "developer", "function", "tool", "critic", ""]),
    tool_calls=tool_calls,
    tool_call_id=json_values | ids,
)
message_lists = st.lists(assistants | answers | answers | others, max_size=8)
conversations = st.builds(
    lambda rest, messages: {**rest, "messages": messages}, extra_keys, message_lists
)


def line_of(value: Any) -> bytes:
    """A conversation as the line of a file."""
    return encoded(value) + b"\n"


def comparable(conversation: dict[str, Any]) -> str:
    """A text that is the same for conversations that are: arguments count as parsed JSON."""
    messages = [_comparable_message(message) for message in conversation["messages"]]
    return json.dumps({**conversation, "messages": messages}, sort_keys=True)


def _comparable_message(message: Any) -> Any:
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    return {**message, "tool_calls": [_comparable_call(call) for call in calls]}


def _comparable_call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("arguments"), str):
        return call
    try:
        parsed = {"parsed": json.loads(function["arguments"], parse_constant=float.fromhex)}
        if json.loads(json.dumps(parsed, allow_nan=False)) != parsed:
            return call
    except (ValueError, RecursionError):
        return call
    return {**call, "function": {**function, "arguments": parsed}}
