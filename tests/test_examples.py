"""The examples run, and do what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import agentstore
from agentstore.testing import Backend

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def chat(
    *said: str, folder: Path, url: str | None = None, piped: str = ""
) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if url is not None:
        environment["DATABASE_URL"] = url
    arguments = [argument for text in said for argument in ("--say", text)]
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "chat.py"), *arguments],
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        input=piped,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def shared(backend: Backend) -> None:
    if backend.private:
        pytest.skip("a memory store is gone with its process")


@pytest.mark.usefixtures("shared")
def test_chat_picks_up_where_it_was_stopped(tmp_path: Path, empty_database_url: str) -> None:
    first = chat("Where is 4711?", "Refund order 4712", folder=tmp_path, url=empty_database_url)
    assert (first.returncode, first.stderr) == (0, "")
    assert "Refund 24.90 € for your blue delta? (yes or no)" in first.stdout
    second = chat("yes", "refund 4712", folder=tmp_path, url=empty_database_url)
    assert "user: Where is 4711?" in second.stdout
    assert "waiting for your yes or no to: Refund order 4712" in second.stdout
    assert "Done: 24.90 €" in second.stdout
    assert "refunded already" in second.stdout
    with agentstore.connect(empty_database_url) as store:
        [refund] = store.query_tool_calls(tool_name="refund_order")
        assert (refund.arguments, refund.success) == ({"order_id": "4712"}, True)
        assert store.get_pending_confirmation("chat") is None
        assert store.get_message_count("chat") == 8


def test_chat_keeps_its_database_in_the_current_folder_and_reads_a_pipe(tmp_path: Path) -> None:
    first = chat(folder=tmp_path, piped="refund 4712\n\nno\nyes\n9999\nhello\n")
    answers = [line for line in first.stdout.splitlines() if line.startswith("agent> ")]
    assert [answer.split()[1] for answer in answers] == ["Refund", "All", "I", "Sorry,", "Which"]
    assert (tmp_path / "chat.db").exists()


def test_chat_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    failed = chat("hello", folder=tmp_path, url="nonsense://")
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1


def test_demo(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "demo.py")],
        cwd=tmp_path,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 conversations, equal to those imported" in done.stdout
    assert "Done: 24.90" in done.stdout
    assert not list(tmp_path.iterdir())
