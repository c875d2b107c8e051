"""Files that we make are their owner's alone, and what a terminal shows cannot steer it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

import agentstore
from agentstore.cli.output import json_line
from agentstore.errors import ConfigurationError
from agentstore.transfer.conversation_files import replacing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have modes on POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_database_and_its_log(tmp_path: Path) -> None:
    """0600, -wal and -shm too, whatever the umask."""
    old = os.umask(0)
    try:
        with agentstore.connect(f"sqlite:///{tmp_path}/new.db") as store:
            store.migrate()
            store.create_session()
            assert {path.name for path in tmp_path.iterdir()} >= {"new.db", "new.db-wal"}
            assert {mode(path) for path in tmp_path.iterdir()} == {0o600}
    finally:
        os.umask(old)


def test_a_database_that_is_there(tmp_path: Path) -> None:
    """Its mode is its owner's business."""
    path = tmp_path / "old.db"
    path.touch(0o640)
    path.chmod(0o640)
    with agentstore.connect(f"sqlite:///{path}") as store:
        store.migrate()
    assert mode(path) == 0o640


@pytest.mark.parametrize("query", ["mode=ro", "mode=rw"])
def test_what_may_not_be_made(tmp_path: Path, query: str) -> None:
    """A URL that says so makes no file."""
    with (
        agentstore.connect(f"sqlite:///{tmp_path}/none.db?{query}") as store,
        pytest.raises(ConfigurationError),
    ):
        store.ping()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_written(tmp_path: Path) -> None:
    """0600 from its first byte; one that is replaced keeps its mode."""
    target = tmp_path / "out.jsonl"
    with replacing(target) as file:
        [temporary] = tmp_path.iterdir()
        assert mode(temporary) == 0o600
        file.write(b"new")
    assert (mode(target), target.read_bytes()) == (0o600, b"new")
    target.chmod(0o644)
    with replacing(target) as file:
        assert {mode(path) for path in tmp_path.iterdir()} == {0o600, 0o644}
        file.write(b"newer")
    assert (mode(target), target.read_bytes()) == (0o644, b"newer")


def test_a_name_that_is_waited_for(tmp_path: Path) -> None:
    """Links that stand where a temporary file was in former times lead nowhere, and stay."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    trap = tmp_path / f".out.jsonl.{os.getpid()}.tmp"
    trap.symlink_to(victim)
    with replacing(tmp_path / "out.jsonl") as file:
        file.write(b"x")
    with pytest.raises(KeyError), replacing(tmp_path / "out.jsonl"):
        raise KeyError
    assert trap.is_symlink()
    assert victim.read_bytes() == b"mine"
    assert (tmp_path / "out.jsonl").read_bytes() == b"x"
    assert len(list(tmp_path.iterdir())) == 3


HOSTILE = "a\x7fb\x9b31mc\u202ed\u2066e\u200bf\U000e0001g\n\x1b[2J \u200d\U0001f469\u200d\U0001f467"


def test_json_on_a_terminal() -> None:
    """The same document, with nothing in it that would steer the terminal."""
    value = {"text": HOSTILE, HOSTILE: "plain é 漢"}
    shown = json_line(value, for_terminal=True).decode()
    assert json.loads(shown) == value
    assert all(c.isprintable() or c in "\u200c\u200d" for c in shown.removesuffix("\n"))
    assert "é 漢" in shown
    assert json_line(value, for_terminal=False).decode() != shown
    assert json_line({"a": "é"}, for_terminal=True) == b'{"a":"\xc3\xa9"}\n'


def test_a_schema_with_a_name_that_is_too_long() -> None:
    """PostgreSQL would cut it off, so that two tenants share one."""
    for name in ("t" * 64, "é" * 32):
        with pytest.raises(ConfigurationError, match="64 bytes"):
            agentstore.connect(f"postgresql://h/db?schema={name}")
