"""Files that are read by a process of their own: the same is stored, whatever becomes of it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import agentstore
from agentstore import Storage
from agentstore.transfer import reading_process
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.exporting import export_conversations
from agentstore.transfer.importing import ConversationError, ImportSummary
from agentstore.transfer.reading import ImportOptions
from agentstore.transfer.reading_process import Remarks, import_files
from agentstore.transfer.storing import Stored
from agentstore.transfer.storing_many import ManyConversations, PreparedConversation

OPTIONS = ImportOptions(batch_size=5)


def write(path: Path, count: int, *, broken: int | None = None, text: str = "") -> None:
    """Conversations as JSON lines; one of them is none."""
    lines = [json.dumps({**_conversation(number), "text": text}) for number in range(count)]
    if broken is not None:
        lines[broken] = '{"messages": ['
    path.write_text("\n".join(lines), encoding="utf-8")


def _conversation(number: int) -> dict[str, Any]:
    call = {"id": "c", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    return {
        "number": number,
        "messages": [
            {"role": "user", "content": f"Where is order {number}?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "on its way 🚚"},
            {
                "role": "assistant",
                "content": "soon",
                "refusal": {"why": number} if number == 3 else 0,
            },
        ],
    }


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    found: list[subprocess.Popen[bytes]] = []
    really = subprocess.Popen

    def start(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        found.append(really(*args, **options))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    return found


@pytest.fixture
def imported(
    database_url: str, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[ImportSummary, Remarks]]:
    """Imports files, small ones by a process too."""
    monkeypatch.setattr(reading_process, "LARGE", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def run(
        *paths: Path,
        options: ImportOptions = OPTIONS,
        progress: Callable[[Item], Any] = id,
        remarks: Remarks | None = None,
    ) -> tuple[ImportSummary, Remarks]:
        given, remarks = [str(path) for path in paths], remarks or Remarks()
        found = import_files(store, given, options, remarks, url=database_url, progress=progress)
        return found, remarks

    return run


def numbers(store: Storage) -> list[int]:
    """The conversations that are stored, each of them whole."""
    found = [each for each in export_conversations(store) if "number" in each]
    assert all(each == {**_conversation(each["number"]), "text": ""} for each in found)
    return sorted(each["number"] for each in found)


def test_the_same_is_stored_and_said(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    store: Storage,
    tmp_path: Path,
) -> None:
    write(tmp_path / "some.jsonl", 17)
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "empty.json").touch()
    (tmp_path / "a folder" / "notes.txt").touch()
    odd = {"conversations": [{"from": "narrator", "value": "Night fell."}]}
    (tmp_path / "a folder" / "odd.json").write_text(json.dumps(odd))
    paths = tmp_path / "some.jsonl", tmp_path / "a folder"
    seen: list[int] = []
    found, remarks = imported(*paths, progress=lambda item: seen.append(item.bytes_read))
    assert numbers(store) == list(range(17))
    assert len(seen) == 18
    assert seen == sorted(seen)
    assert seen[0] > 0
    with agentstore.connect("sqlite://") as here, pytest.MonkeyPatch.context() as patch:
        here.migrate()
        patch.setattr(reading_process, "LARGE", 10**9)
        known = Remarks()
        given = [str(path) for path in paths]
        assert (
            import_files(here, given, OPTIONS, known, url=None, progress=lambda item: None) == found
        )
    assert remarks == known
    assert found.conversations == 18
    assert found.remarks
    again, _ = imported(*paths)
    assert (again.conversations, again.skipped) == (0, 18)


@pytest.mark.parametrize("keep_going", [False, True])
def test_what_cannot_be_read_is_named_and_what_is_before_it_stored(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    store: Storage,
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
    keep_going: bool,
) -> None:
    write(tmp_path / "some.jsonl", 17, broken=12)
    options = replace(OPTIONS, keep_going=keep_going)
    if keep_going:
        found, _ = imported(tmp_path / "some.jsonl", options=options)
        assert [text.partition(":")[0] for text in found.left_out] == ["conversation 13 (line 13)"]
        assert numbers(store) == [*range(12), *range(13, 17)]
    else:
        with pytest.raises(ConversationError, match=r"conversation 13 \(line 13\)") as caught:
            imported(tmp_path / "some.jsonl", options=options)
        assert caught.value.summary.conversations == 12
        assert numbers(store) == list(range(12))
    assert [process.returncode is None for process in started] == [False]


def test_what_is_not_stored_together_is_read_here(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    store: Storage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its rows alone have come: its content is in the file."""
    write(tmp_path / "some.jsonl", 17)
    calls = 0
    really = ManyConversations.store

    def refused(
        many: ManyConversations, prepared: Sequence[PreparedConversation]
    ) -> list[Stored] | None:
        nonlocal calls
        calls += 1
        return None if calls in (2, 3) else really(many, prepared)

    monkeypatch.setattr(ManyConversations, "store", refused)
    found, _ = imported(tmp_path / "some.jsonl")
    assert calls == 5  # four batches, the second of them twice
    assert found.conversations == 17
    assert numbers(store) == list(range(17))


def test_a_process_that_is_killed_is_no_loss(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    store: Storage,
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
) -> None:
    # More than a pipe holds: it is killed in the middle of what it sends.
    write(tmp_path / "some.jsonl", 60, text="x" * 30_000)
    (tmp_path / "notes.txt").touch()
    found, remarks = imported(tmp_path, progress=lambda item: started[0].kill())
    assert [process.returncode for process in started] == [-signal.SIGKILL]
    assert found.conversations == 60
    assert store.count_sessions() == 60
    assert [Path(name).name for name in remarks.others] == ["notes.txt"]


def test_an_interruption_ends_the_process(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    store: Storage,
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
) -> None:
    write(tmp_path / "some.jsonl", 400)

    def interrupt(item: Item) -> None:
        assert len(started) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(tmp_path / "some.jsonl", progress=interrupt)
    assert started[0].returncode is not None
    assert numbers(store) == list(range(5))


def test_what_was_not_read_is_said_where_it_ends_in_an_error(
    imported: Callable[..., tuple[ImportSummary, Remarks]], tmp_path: Path
) -> None:
    write(tmp_path / "some.jsonl", 7, broken=5)
    (tmp_path / "notes.txt").touch()
    remarks = Remarks()
    with pytest.raises(ConversationError):
        imported(tmp_path, remarks=remarks)
    assert [Path(name).name for name in remarks.others] == ["notes.txt"]


@pytest.mark.parametrize(
    "options", [ImportOptions(dry_run=True), ImportOptions(id_key="number")], ids=["dry", "id"]
)
def test_no_process_for_what_is_stored_one_by_one(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
    options: ImportOptions,
) -> None:
    write(tmp_path / "some.jsonl", 3)
    found, _ = imported(tmp_path / "some.jsonl", options=options)
    assert found.conversations == 3
    assert not started


def test_the_command_reads_a_large_file_so(
    database_url: str, store: Storage, tmp_path: Path
) -> None:
    if database_url == "sqlite://":
        pytest.skip("a memory store dies with its process")
    path = tmp_path / "large.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(90):
            text = {"role": "user", "content": "x" * 100_000}
            file.write(json.dumps({"number": number, "messages": [text]}) + "\n")
    assert path.stat().st_size > reading_process.LARGE
    command = [sys.executable, "-m", "agentstore", "import", "--database", database_url, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "imported 90 conversations" in done.stdout
    assert store.count_sessions() == 90


def test_no_room_for_a_process_is_no_loss(
    imported: Callable[..., tuple[ImportSummary, Remarks]],
    store: Storage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    write(tmp_path / "some.jsonl", 7)
    found, _ = imported(tmp_path / "some.jsonl")
    assert found.conversations == 7
    assert numbers(store) == list(range(7))
