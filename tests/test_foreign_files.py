"""Files as people have them: what becomes of each. They are read from beside the checkout."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import agentstore
from agentstore.transfer import ConversationError, export_conversations, import_conversations
from agentstore.transfer.conversation_files import Item, read_items

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = Path(
    os.environ.get("AGENTSTORE_CONVERSATION_FILES")
    or CHECKOUT.parent / "shared" / "data" / "conversation-files"
)
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not there")

WIND: dict[str, Any] = {"place": "Kiel"}
ASKED = ("user", "Wind in Kiel?")
TOLD = ("assistant", "12 knots.")
GREETED = [("user", "Hi"), ("assistant", "Hello")]
BYE = [("user", "Bye"), ("assistant", "Bye")]
THREE = [
    [("user", "Hi é 🪁"), ("assistant", "Hello")],
    BYE,
    [("user", "Three"), ("assistant", "3")],
]
ORDERED = [
    ("assistant", "Hi! How can I help?"),
    ("user", "Where is my order?"),
    ("assistant", ""),
    ("get_order", {"order_id": "#1"}, '{"status": "sent"}'),
    ("assistant", "Sent."),
]


def called(call_id: str | None, result: Any, text: str = "") -> list[tuple[Any, ...]]:
    """A message with a call of the tool wind, and its result."""
    return [("assistant", text), ("wind", WIND, result)]


SAID: dict[str, list[list[tuple[Any, ...]]]] = {
    "02_ft_tools.jsonl": [[ASKED, *called("call_1", "12 kn"), TOLD]],
    "03_ft_functions_legacy.jsonl": [[ASKED, *called(None, {"knots": 12}), TOLD]],
    "07_ft_dpo.jsonl": [[("user", "Hi")]],
    "08_batch_input.jsonl": [[("user", "Hi 0")], [("user", "Hi 1")]],
    "09_batch_output.jsonl": [[("assistant", "Hello 0")], [("assistant", "Hello 1")]],
    "11_responses_items_bare.json": [[ASKED, *called("call_r1", "12 kn"), TOLD]],
    "13_responses_messages_key.json": [[ASKED, *called("call_r1", "12 kn"), TOLD]],
    "15_assistants_thread_list.json": [[("user", "Hi"), ("assistant", "Hello there")]],
    "17_one_message_per_line.jsonl": [[("system", "Be brief."), *GREETED, *BYE]],
    "20_sharegpt.json": [GREETED, [("system", "Be brief."), *BYE]],
    "21_sharegpt_tools.json": [
        [
            ("system", "You may call tools."),
            ("user", "Wind?"),
            *called(None, "12"),
            ("assistant", "12 kn"),
        ]
    ],
    "25_hf_messages_string.jsonl": [
        [("system", "You fix bugs."), ("user", "Fix it"), ("assistant", "Done")]
    ],
    "28_trl_prompt_completion.jsonl": [GREETED],
    "30_anthropic_request.json": [
        [("system", "Be brief."), ASKED, *called("toolu_1", "12 kn", "Let me look."), TOLD]
    ],
    "31_anthropic_bare.json": [[ASKED, *called("toolu_1", "12 kn", "Let me look."), TOLD]],
    "32_claude_ai_export.json": [GREETED],
    "33_claude_code_session.jsonl": [
        [("user", "List the files"), ("assistant", ""), ("Bash", {"command": "ls"}, "a.py")]
    ],
    "34_codex_rollout.jsonl": [
        [("user", "List files"), ("assistant", ""), ("shell", {"command": ["ls"]}, "a.py")]
    ],
    "36_gemini_contents_bare.json": [[ASKED, *called(None, {"result": "12"}), TOLD]],
    "37_gemini_cli_session.json": [GREETED],
    "38_chatgpt_export.json": [[("user", "Hi"), ("assistant", "Second answer")]],
    "39_langchain_messages_to_dict.json": [[("user", "Wind?"), *called("call_l", "12")]],
    "40_langchain_lc_dumps.json": [[("user", "Hi")]],
    "42_langfuse_observations.json": [GREETED],
    "44_vercel_chat_object.json": [[ASKED, *called("call_v", {"knots": 12}), TOLD]],
    "45_vercel_modelmessages.json": [[("user", "Wind?"), *called("call_m", {"knots": 12})]],
    "46_ollama_log.json": [[("user", "What is it?"), *called(None, "12"), ("assistant", "12")]],
    "48_tau2_results.json": [ORDERED, ORDERED[:2]],
    "49_tau2_simulations.json": [ORDERED],
    "52_open_webui_export.json": [GREETED],
    "54_llm_logs.json": [GREETED],
    "57_llamaindex.json": [GREETED],
    "63_role_variants.jsonl": [
        [*GREETED, *BYE, ("assistant", "m"), ("assistant", "b"), ("user", "1")]
    ],
    "71_utf16le_bom.jsonl": THREE,
    "76_zero_bytes.jsonl": [],
    "78_gzip.jsonl.gz": THREE,
    "95_pretty_concatenated.json": THREE,
    "120_orphan_tool_message.json": [
        [("user", "Wind?"), ("tool", "12 knots from the west"), ("assistant", "12.")]
    ],
    "122_export_of_a_store.jsonl": [
        [("user", "Delete my account"), ("assistant", ""), ("find", {"q": 1}, None)]
    ],
}

NOT_UNDERSTOOD = {"63_role_variants.jsonl": {"role 'ipython': kept as the user's": 1}}


def said_in(store: agentstore.Storage, session_id: str) -> list[tuple[Any, ...]]:
    """What a session says: messages by role and text, behind each its calls."""
    said: list[tuple[Any, ...]] = []
    for message in store.get_history(session_id):
        said.append((message.role, message.content))
        said += [(call.tool_name, call.arguments, call.result) for call in message.tool_calls]
    return said


def imported(store: agentstore.Storage, name: str, **options: Any) -> Any:
    with (FOLDER / name).open("rb") as file:
        return import_conversations(store, read_items(file), **options)


def test_every_file_has_its_outcome_here() -> None:
    elsewhere = {"README.md", *(f"121_grown_{when}.jsonl" for when in ("before", "after"))}
    refused = {"80_dupkey_line1.jsonl", "81_dupkey_line3.jsonl", "82_nan_line1.jsonl"}
    assert {path.name for path in FOLDER.iterdir()} == SAID.keys() | elsewhere | refused


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(store: agentstore.Storage, name: str) -> None:
    summary = imported(store, name)
    found = [said_in(store, session.id) for session in store.query_sessions()]
    assert sorted(found, key=repr) == sorted(SAID[name], key=repr)
    assert summary.conversations == len(SAID[name])
    assert summary.remarks == NOT_UNDERSTOOD.get(name, {})
    pending = store.query_tool_calls(pending=True)
    assert len(pending) == (1 if name.startswith("122") else 0)
    # And the same again, from the file and from what is exported.
    assert imported(store, name).conversations == 0
    exported = list(export_conversations(store))
    again = import_conversations(store, [Item(form, None, None, 0) for form in exported])
    assert (again.conversations, again.skipped) == (0, len(SAID[name]))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("15_assistants_thread_list.json", (2025, 11, 28, 3, 20), (2025, 11, 28, 3, 20, 1)),
        ("32_claude_ai_export.json", (2026, 1, 2, 3, 4, 5), (2026, 1, 2, 3, 4, 9)),
        ("33_claude_code_session.jsonl", (2026, 1, 2, 3, 4, 5), (2026, 1, 2, 3, 4, 6)),
        ("34_codex_rollout.jsonl", (2026, 1, 2, 3, 4, 5), (2026, 1, 2, 3, 4, 7)),
        ("37_gemini_cli_session.json", (2026, 1, 2, 3, 4, 5), (2026, 1, 2, 3, 4, 6)),
        (
            "38_chatgpt_export.json",
            (2025, 11, 28, 3, 20, 0, 100_000),
            (2025, 11, 28, 3, 20, 0, 500_000),
        ),
        ("52_open_webui_export.json", (2025, 11, 28, 3, 20), (2025, 11, 28, 3, 20)),
        ("54_llm_logs.json", (2026, 1, 2, 3, 4, 5), (2026, 1, 2, 3, 4, 5)),
        ("49_tau2_simulations.json", (2026, 1, 2, 3, 4, 5), (2026, 1, 2, 3, 4, 6)),
    ],
)
def test_times_are_kept(
    store: agentstore.Storage, name: str, first: tuple[int, ...], last: tuple[int, ...]
) -> None:
    imported(store, name)
    [session] = store.query_sessions()
    assert session.created_at == datetime(*first, tzinfo=timezone.utc)  # type: ignore[misc,arg-type]
    last_said = store.get_history(session.id)[-1]
    assert last_said.timestamp == datetime(*last, tzinfo=timezone.utc)  # type: ignore[misc,arg-type]


def test_what_has_no_place_is_metadata(store: agentstore.Storage) -> None:
    imported(store, "07_ft_dpo.jsonl")
    imported(store, "08_batch_input.jsonl")
    [pair] = store.query_sessions(metadata={"custom_id": None}) or [
        session for session in store.query_sessions() if "preferred_output" in session.metadata
    ]
    assert pair.metadata["preferred_output"] == [{"role": "assistant", "content": "Hello!"}]
    assert pair.metadata["non_preferred_output"] == [{"role": "assistant", "content": "What."}]
    assert len(store.query_sessions(metadata={"custom_id": "r-1"})) == 1


def test_reasoning_is_kept(store: agentstore.Storage) -> None:
    imported(store, "11_responses_items_bare.json")
    [session] = store.query_sessions()
    [reasoning] = store.get_history(session.id)[1].metadata["reasoning"]
    assert reasoning["encrypted_content"] == "gAAAA=="


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("80_dupkey_line1.jsonl", 1, "the key 'n' stands twice"),
        ("81_dupkey_line3.jsonl", 3, "the key 'n' stands twice"),
        ("82_nan_line1.jsonl", 1, "NaN is not JSON (at reward)"),
    ],
)
def test_a_bad_line(store: agentstore.Storage, name: str, line: int, words: str) -> None:
    with pytest.raises(ConversationError) as caught:
        imported(store, name)
    assert f"(line {line}): {words}" in str(caught.value)
    assert store.count_sessions() == caught.value.summary.conversations == line - 1
    summary = imported(store, name, keep_going=True)
    assert store.count_sessions() == 3
    assert [f"(line {line}): {words}" in left_out for left_out in summary.left_out] == [True]


def test_a_conversation_that_has_grown_goes_on(store: agentstore.Storage) -> None:
    for name, expected in [("before", (1, 0, 0)), ("after", (0, 1, 0)), ("before", (0, 0, 1))]:
        summary = imported(store, f"121_grown_{name}.jsonl", id_key="id")
        assert (summary.conversations, summary.continued, summary.skipped) == expected
    [session] = store.query_sessions()
    assert session.id == "t1"
    assert said_in(store, "t1") == [*GREETED, ("user", "Bye")]
