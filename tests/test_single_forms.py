"""What single forms have that no other has: it is read as what it is there."""

from __future__ import annotations

import io
from typing import Any

import pytest

from agentstore import formats
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.forms import chat_completions
from agentstore.transfer.forms.registry import form_of
from agentstore.transfer.gathering import Gatherer
from agentstore.transfer.json_text import canonical, encoded

HI = {"role": "user", "content": "Hi"}
HI_SAID = ("user", "Hi")
GREETED = [HI_SAID, ("assistant", "Hello")]
PIXEL = "data:image/png;base64,AAAA"
IMAGE = {"type": "image_url", "image_url": {"url": PIXEL}}


def read_all(value: Any) -> list[Conversation]:
    found = list(Gatherer().gather(read_items(io.BytesIO(encoded(value)))))
    assert [one.error for one in found] == [None] * len(found)
    conversations = [one.conversation for one in found if one.conversation is not None]
    for conversation in conversations:
        # What is exported is nobody else's, and says the same.
        assert form_of(conversation.form) == (chat_completions.FORM, True)
        [again] = chat_completions.read(conversation.form)
        assert said(again) == said(conversation)
        assert calls(again) == calls(conversation)
    return conversations


def read(value: Any) -> Conversation:
    [conversation] = read_all(value)
    return conversation


def said(conversation: Conversation) -> list[tuple[str, Any]]:
    return [(message.role, message.content) for message in conversation.messages]


def calls(conversation: Conversation) -> list[tuple[Any, ...]]:
    return [
        (call["tool_name"], call["call_id"], call.get("result"))
        for message in conversation.messages
        for call in message.tool_calls
        if isinstance(call, dict)
    ]


def text(said: str, **further: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **further}


@pytest.mark.parametrize(
    ("block", "content"),
    [
        ({"guardContent": {"text": {"text": "Hi"}}}, "Hi"),
        (
            {"guardContent": {"text": {"text": "Hi", "qualifiers": ["query"]}}},
            [text("Hi", guardContent={"qualifiers": ["query"]})],
        ),
        (
            {"guardContent": {"image": {"format": "png", "source": {"bytes": "AAAA"}}}},
            [IMAGE],
        ),
        ({"citationsContent": {"content": [{"text": "Hi"}], "citations": []}}, "Hi"),
        (
            {"citationsContent": {"content": [{"text": "Hi"}], "citations": [{"title": "T"}]}},
            [text("Hi", citationsContent={"citations": [{"title": "T"}]})],
        ),
    ],
)
def test_bedrocks_blocks_with_texts_inside_say_them(block: Any, content: Any) -> None:
    system = [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}]
    found = read({"system": system, "messages": [{"role": "user", "content": [block]}]})
    assert said(found) == [("system", "Be brief."), ("user", content)]
    assert not found.remarks


def inspect_sample(*messages: Any, **further: Any) -> Any:
    return {"id": 1, "epoch": 1, "target": "", "messages": messages, **further}


def test_what_went_wrong_with_a_tool_of_inspects_is_its_answer() -> None:
    call = {"id": "t1", "function": "py", "arguments": {}}
    error = {"type": "parsing", "message": "bad json"}
    answer = {"role": "tool", "tool_call_id": "t1", "function": "py", "error": error}
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    for content, result in [("", "bad json"), (None, "bad json"), ("half of it", "half of it")]:
        found = read(inspect_sample(asked, {**answer, "content": content}))
        assert calls(found) == [("py", "t1", result)]
        assert said(found)[1] == ("tool", result)
        assert found.messages[1].metadata == {
            "tool_call_id": "t1",
            "tool_status": "error",
            "function": "py",
            "error": error,
        }
    found = read(inspect_sample(asked, {**answer, "content": "", "error": None}))
    assert calls(found) == [("py", "t1", "")]
    assert len(found.messages) == 1


def test_inspects_attachments_are_put_in() -> None:
    asked = {
        "role": "user",
        "content": [text("attachment://t"), {"type": "image", "image": "attachment://i"}],
    }
    told = {"role": "assistant", "content": "attachment://t", "model": "attachment://gone"}
    attachments = {"t": "A long text", "i": PIXEL}
    found = read(inspect_sample(asked, told, attachments=attachments))
    assert said(found) == [
        ("user", [text("A long text"), IMAGE]),
        ("assistant", "A long text"),
    ]
    assert found.messages[1].metadata == {"model": "attachment://gone"}


HUMAN: dict[str, Any] = {"type": "human", "content": "Hi", "id": None, "additional_kwargs": {}}
AI = {"type": "ai", "content": "Hello", "id": "b", "tool_calls": []}
EARLIER = [{**HUMAN, "content": "Before"}, {**AI, "content": "Yes"}]
LOOK = {"name": "look", "args": {"x": 1}, "id": "c1"}
ASKING = {**AI, "content": "", "tool_calls": [LOOK]}
TOLD = {"type": "tool", "content": "12", "tool_call_id": "c1"}


def run(given: Any, answer: Any) -> Any:
    return {"id": "r", "run_type": "chain", "trace_id": "r", "inputs": given, "outputs": answer}


def observation(given: Any, answer: Any = None, **further: Any) -> Any:
    common = {"id": "o", "traceId": "t", "type": "GENERATION", "startTime": "2026-01-02T03:04:05Z"}
    return {**common, "input": given, "output": answer, **further}


RECORDS = pytest.mark.parametrize("record", [run, lambda *sides: [observation(*sides)]])


@RECORDS
@pytest.mark.parametrize(
    ("given", "answer", "expected"),
    [
        ([HUMAN], [{**HUMAN, "id": "a"}, AI], GREETED),
        ([HI], [{**HUMAN, "id": "a"}, AI], GREETED),
        ([HI], [AI], GREETED),
        ([HI], [{**HUMAN, "content": "Hi!"}, AI], [HI_SAID, ("user", "Hi!"), GREETED[1]]),
        ([HUMAN], [*EARLIER, HUMAN, AI], [("user", "Before"), ("assistant", "Yes"), *GREETED]),
        (
            [HUMAN, ASKING, TOLD],
            [HUMAN, {**ASKING, "id": "x"}, {**TOLD, "id": "y"}, AI],
            [HI_SAID, ("assistant", ""), GREETED[1]],
        ),
        (
            [HUMAN, ASKING, TOLD],
            [{**ASKING, "tool_calls": [{**LOOK, "args": {"x": 2}, "id": "c2"}]}],
            [HI_SAID, ("assistant", ""), ("assistant", "")],
        ),
    ],
)
def test_what_a_graph_gives_back_of_its_input_is_said_once(
    record: Any, given: Any, answer: Any, expected: Any
) -> None:
    assert said(read(record({"messages": given}, {"messages": answer}))) == expected


@RECORDS
@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ({"system": "Be brief.", "messages": [HI], "tools": ["wind"]}, {"tools": ["wind"]}),
        ({"system": [text("Be brief.")], "messages": [HI]}, None),
        ({"system": [{"text": "Be brief."}, {"cachePoint": {}}], "messages": [HI]}, None),
        ({"instructions": "Be brief.", "input": [HI]}, None),
        ({"instructions": "Be brief.", "input": "Hi", "model": "m"}, {"model": "m"}),
        ({"instructions": "Be brief.", "messages": [HI], "input": "x"}, {"input": "x"}),
        ({"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": [HI]}, None),
        (
            {"config": {"system_instruction": "Be brief."}, "contents": [HI]},
            {"config": {"system_instruction": "Be brief."}},
        ),
    ],
)
def test_a_system_prompt_beside_the_messages_is_said_first(
    record: Any, given: Any, rest: Any
) -> None:
    found = read(record(given, {"role": "assistant", "content": "Hello"}))
    assert said(found) == [("system", "Be brief."), *GREETED]
    assert found.metadata.get("further_input") == rest
    assert not found.remarks


@RECORDS
def test_what_was_said_before_a_question_stands_before_it(record: Any) -> None:
    found = read(record({"input": "Hi", "chat_history": EARLIER}, {"output": "Hello"}))
    assert said(found) == [("user", "Before"), ("assistant", "Yes"), *GREETED]


def test_what_is_beside_an_answer_is_kept() -> None:
    usage = {"tokens": 7}
    generations = [[{"text": "Hello", "message": AI}]]
    found = read(run({"messages": [[HUMAN]]}, {"generations": generations, "llm_output": usage}))
    assert said(found) == GREETED
    assert found.metadata["further_output"] == {"llm_output": usage}
    gemini = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}}]}
    found = read([observation({"contents": [HI]}, {**gemini, "usage": usage})])
    assert said(found) == GREETED
    assert found.metadata["further_output"] == {"usage": usage}


TRACE = {
    "id": "t",
    "timestamp": "2026-01-02T03:04:05Z",
    "name": "chat",
    "tags": [],
    "input": {"messages": [HI]},
    "output": "Hello",
}


@pytest.mark.parametrize(
    "value",
    [
        {**TRACE, "observations": ["o1", "o2"]},
        {**TRACE, "observations": []},
        {**TRACE, "bookmarked": False},
        {"data": [{**TRACE, "observations": ["o1"]}], "meta": {"page": 1}},
        {"data": [observation([HI], "Hello")], "meta": {"page": 1}},
        [observation("words", type="EMBEDDING"), observation([HI], "Hello")],
        [observation("words", type=kind) for kind in ("EVALUATOR", "GUARDRAIL")]
        + [observation([HI], "Hello", type="SPAN")],
    ],
)
def test_langfuses_traces_are_read_as_it_hands_them_out(value: Any) -> None:
    found = read(value)
    assert said(found) == GREETED
    assert found.id == "t"
    assert not found.remarks


def test_each_trace_of_a_page_is_a_conversation() -> None:
    traces = [{**TRACE, "id": id_, "observations": ["o"]} for id_ in "ab"]
    assert [found.id for found in read_all({"data": traces, "meta": {}})] == ["a", "b"]
    observations = [observation([HI], traceId=id_) for id_ in "ab"]
    assert [found.id for found in read_all({"data": observations})] == ["a", "b"]


def response(prompt: str, response: str, **further: Any) -> Any:
    common = {"id": "1", "conversation_id": "c", "datetime_utc": "2026-01-02T03:04:05"}
    return {**common, "prompt": prompt, "response": response, **further}


def test_calls_of_llm_have_the_models_ids() -> None:
    common = {"tool_id": 1, "name": "wind"}
    asking = [{"id": row, **common, "arguments": {}, "tool_call_id": f"c{row}"} for row in (1, 2)]
    told = [
        {"id": row, **common, "output": f"{row}", "tool_call_id": f"c{row}", "exception": None}
        for row in (2, 1)
    ]
    later = "2026-01-02T03:04:06"
    found = read(
        [
            response("Wind?", "", tool_calls=asking),
            response("", "12.", tool_results=told, datetime_utc=later),
        ]
    )
    assert calls(found) == [("wind", "c1", "1"), ("wind", "c2", "2")]
    assert said(found) == [("user", "Wind?"), ("assistant", ""), ("assistant", "12.")]


def test_calls_of_llm_without_ids_are_answered_in_turn() -> None:
    common = {"name": "wind", "tool_call_id": None}
    asking = [{**common, "id": row, "arguments": {"at": row}} for row in (7, 8)]
    told = [{**common, "id": row, "output": f"{row}"} for row in (1, 2)]
    found = read([response("Wind?", "", tool_calls=asking), response("", "12.", tool_results=told)])
    assert calls(found) == [("wind", None, "1"), ("wind", None, "2")]


def test_what_goes_with_a_prompt_of_llm_is_the_users() -> None:
    fragments = [{"hash": "abc", "content": "A long text", "aliases": ["a"]}]
    attachments = [
        {"type": "image/png", "path": None, "url": PIXEL},
        {"type": "application/pdf", "path": "/a.pdf", "url": None},
    ]
    asked = response(
        "See", "Seen", prompt_fragments=fragments, attachments=attachments, system="Be brief."
    )
    alone = {**asked, "id": "2", "prompt": "", "attachments": [], "response": "Yes"}
    other = {**alone, "id": "3", "system_fragments": [{"content": "Be kind."}]}
    found = read([asked, alone, other])
    assert said(found) == [
        ("system", "Be brief."),
        ("user", [text("A long text"), text("See"), IMAGE]),
        ("assistant", "Seen"),
        ("user", "A long text"),
        ("assistant", "Yes"),
        ("system", [text("Be kind."), text("Be brief.")]),
        ("user", "A long text"),
        ("assistant", "Yes"),
    ]
    assert found.messages[1].metadata == {
        "prompt_fragments": [{"hash": "abc", "aliases": ["a"]}],
        "attachments": attachments[1:],
    }
    assert found.messages[2].metadata == {"id": "1"}


def test_a_memory_of_llamaindex_has_a_store() -> None:
    message = {"role": "user", "additional_kwargs": {}, "blocks": [block("Hi")]}
    store = {"store": {"ann": [message]}, "class_name": "SimpleChatStore"}
    memory = {"token_limit": 3000, "chat_store": store, "chat_store_key": "ann"}
    for value, metadata in [
        (store, {"chat_store_key": "ann"}),
        (memory, {"chat_store_key": "ann", "token_limit": 3000}),
    ]:
        found = read(value)
        assert said(found) == [HI_SAID]
        assert found.metadata == metadata


def block(text: str) -> dict[str, Any]:
    return {"block_type": "text", "text": text}


def open_webui_chat(*messages: Any, **further: Any) -> Any:
    return {"id": "c", "title": "T", "chat": {"title": "T", "messages": messages, **further}}


def test_what_a_user_of_open_webui_shows_is_said() -> None:
    image, text_file = {"type": "image", "url": PIXEL}, {"type": "file", "url": "f1"}
    elsewhere = {"type": "image", "url": "f2"}
    asked = {**HI, "files": [image, text_file, elsewhere]}
    drawn = {"role": "assistant", "content": "Hello", "files": [image]}
    found = read(open_webui_chat(asked, drawn, params={"system": "Be brief.", "temperature": 1}))
    assert said(found) == [("system", "Be brief."), ("user", [text("Hi"), IMAGE]), GREETED[1]]
    assert found.messages[1].metadata == {"files": [text_file, elsewhere]}
    assert found.messages[2].metadata == {"files": [image]}
    assert found.metadata["chat"] == {"params": {"temperature": 1}}


def test_calls_in_a_text_of_open_webui_are_counted() -> None:
    call = (
        '<details type="tool_calls" done="true" id="c1" name="wind"><summary></summary></details>'
    )
    found = read(open_webui_chat(HI, {"role": "assistant", "content": f"{call}\n{call}\nHello"}))
    assert said(found)[1] == ("assistant", f"{call}\n{call}\nHello")
    assert found.passed_over == {"tool call in an answer's text: left there": 2}


@pytest.mark.parametrize("inside", [True, False])
def test_what_a_user_of_librechat_shows_and_presets_is_said(inside: bool) -> None:
    files = [
        {"type": "image/png", "filepath": PIXEL},
        {"type": "image/png", "filepath": "/images/x.png"},
    ]
    asked = {"messageId": "a", "isCreatedByUser": True, "text": "Hi", "files": files}
    told = {"messageId": "b", "parentMessageId": "a", "isCreatedByUser": False, "text": "Hello"}
    preset = {"promptPrefix": "Be brief.", "model": "m"}
    options = {"options": preset} if inside else preset
    found = read({"conversationId": "c", "messages": [asked, told], **options})
    assert said(found) == [("system", "Be brief."), ("user", [text("Hi"), IMAGE]), GREETED[1]]
    rest = {"options": {"model": "m"}} if inside else {"model": "m"}
    assert found.metadata == {"conversationId": "c", **rest}


def claude_ai_chat(*messages: Any) -> Any:
    return {"uuid": "c", "name": "", "chat_messages": messages}


def test_what_was_pasted_into_claude_ai_is_said() -> None:
    pasted = {"file_name": "", "file_type": "txt", "extracted_content": "A long text"}
    unread = {"file_name": "a.bin", "extracted_content": ""}
    asked = {"uuid": "m", "sender": "human", "content": [text("See")], "attachments": [pasted]}
    alone = {**asked, "uuid": "n", "content": [text("", citations=[])]}
    old = {"uuid": "o", "sender": "human", "text": "See", "attachments": [unread, pasted]}
    found = read(claude_ai_chat(asked, alone, old))
    both = [text("See"), text("A long text")]
    assert said(found) == [("user", both), ("user", "A long text"), ("user", both)]
    assert found.messages[0].metadata == {"uuid": "m", "attachments": [{"file_type": "txt"}]}
    kept = [{"file_name": "a.bin"}, {"file_type": "txt"}]
    assert found.messages[2].metadata == {"uuid": "o", "attachments": kept}


def test_where_a_tool_of_claude_ai_has_found_something_is_in_its_result() -> None:
    known = {"type": "knowledge", "text": "12 kn", "title": "Wind", "url": "https://wind.example"}
    looked = {"type": "tool_use", "name": "web_search", "input": {}}
    result = {"type": "tool_result", "name": "web_search", "is_error": False}
    content = [looked, {**result, "content": [{**known, "is_missing": False}]}]
    found = read(claude_ai_chat({"uuid": "m", "sender": "assistant", "content": content}))
    place = {"title": "Wind", "url": "https://wind.example"}
    assert calls(found) == [("web_search", None, [text("12 kn", **place)])]
    assert "12 kn" in canonical(formats.to_openai_chat(found.messages))
    assert "wind.example" not in canonical(formats.to_anthropic(found.messages))
    content = [looked, {**result, "content": [text("OK", uuid="z")]}]
    found = read(claude_ai_chat({"uuid": "m", "sender": "assistant", "content": content}))
    assert calls(found) == [("web_search", None, "OK")]
