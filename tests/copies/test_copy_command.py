"""agentstore copy, dump and restore, as they are typed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from copy_samples import all_rows, fill

import agentstore
from agentstore.cli.app import cli

OpenStore = Callable[..., agentstore.Storage]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, env={"DATABASE_URL": None})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def urls(new_url: Callable[[str], str]) -> tuple[str, str]:
    """A store with something in each table, and an empty one."""
    source, target = new_url("sqlite-file"), new_url("sqlite-file")
    with agentstore.connect(source) as store:
        fill(store)
    return source, target


def rows_of(url: str) -> object:
    with agentstore.connect(url) as store:
        return all_rows(store)


def test_a_copy_says_what_it_did(urls: tuple[str, str]) -> None:
    done = run("copy", *urls, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["equal"] is True
    assert told["tables"]["sessions"]["stored"] == told["tables"]["sessions"]["read"] > 0
    assert rows_of(urls[0]) == rows_of(urls[1])
    again = run("copy", *urls)
    assert again.exit_code == 0
    [sessions] = [line for line in again.stdout.splitlines() if line.startswith("sessions\t")]
    count = str(told["tables"]["sessions"]["read"])
    assert sessions.split("\t")[1:4] == [count, "0", count]
    assert run("copy", *urls, "--verify").exit_code == 0


def test_another_row_ends_in_exit_code_1(urls: tuple[str, str]) -> None:
    with agentstore.connect(urls[1]) as store:
        store.create_session(id="c0001")
    done = run("copy", *urls)
    assert done.exit_code == 1
    assert done.stderr.startswith("not the same: sessions c0001: another row is there")
    assert [line.split("\t")[-1] for line in done.stdout.splitlines()[1:4]] == ["yes", "no", "no"]
    verified = run("copy", *urls, "--verify", "--json")
    assert verified.exit_code == 1
    assert "not the same: messages c0001/0: it is not there" in verified.stderr.splitlines()


def test_what_only_the_target_has_is_seen_by_verify(urls: tuple[str, str]) -> None:
    assert run("copy", *urls).exit_code == 0
    with agentstore.connect(urls[1]) as store:
        store.create_session(id="new")
    assert run("copy", *urls).exit_code == 0
    verified = run("copy", *urls, "--verify", "--json")
    assert (verified.exit_code, verified.stderr) == (
        1,
        "not the same: sessions new: only the target has it\n",
    )
    assert json.loads(verified.stdout)["only_in_target"] == 1


def test_what_is_of_a_part_in_the_target_alone_is_seen_by_verify(urls: tuple[str, str]) -> None:
    with agentstore.connect(urls[0]) as store:
        store.create_session(id="moved", tenant_id="acme", user_id="ann")
        assert run("copy", *urls, "--user", "ann").exit_code == 0
        store.reassign_session("moved", user_id="bob")
    verified = run("copy", *urls, "--user", "ann", "--verify", "--json")
    assert (verified.exit_code, verified.stderr) == (
        1,
        "not the same: sessions moved: only the target's is of this part: it differs in "
        "updated_at, user_id\n",
    )
    whole = run("copy", *urls, "--verify")
    assert whole.stderr.count("not the same: sessions moved: it differs") == 1


def test_a_target_of_a_newer_version_is_compared(urls: tuple[str, str]) -> None:
    with closing(sqlite3.connect(urls[1].removeprefix("sqlite:///"))) as connection, connection:
        connection.execute(
            "INSERT INTO _yoyo_migration VALUES ('x', '9999_of_a_newer_version', datetime('now'))"
        )
    assert run("copy", *urls).exit_code == 0
    verified = run("copy", *urls, "--verify")
    assert (verified.exit_code, verified.stderr) == (0, "")


@pytest.mark.parametrize("name", ["store.jsonl", "store.jsonl.gz"])
def test_dump_and_restore(urls: tuple[str, str], name: str, tmp_path: Path) -> None:
    file = str(tmp_path / name)
    done = run("--database", urls[0], "dump", "-o", file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("wrote 10 sessions (")
    assert (Path(file).read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")
    restored = run("restore", file, "--database", urls[1], "--json")
    assert (restored.exit_code, restored.stderr) == (0, "")
    assert rows_of(urls[0]) == rows_of(urls[1])
    verified = run("restore", file, "--database", urls[1], "--verify", "--json")
    assert verified.exit_code == 0
    # Nobody has looked for what only the store has.
    assert json.loads(verified.stdout)["only_in_target"] is None
    to_stdout = CliRunner().invoke(cli, ["--database", urls[0], "dump"]).stdout_bytes
    if not name.endswith(".gz"):
        assert to_stdout == Path(file).read_bytes()


def test_a_dump_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "store.jsonl"
    file.write_text("precious", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    with agentstore.connect(url) as store:
        store.ping()
    failed = run("--database", url, "dump", "-o", str(file))
    assert failed.exit_code == 1
    assert "lacks migrations" in failed.stderr
    assert [path.name for path in tmp_path.glob("*store*")] == ["store.jsonl"]
    assert file.read_text(encoding="utf-8") == "precious"


def test_a_target_that_is_not_migrated_is_refused(urls: tuple[str, str], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    assert "Error: " in run("copy", urls[0], url).stderr
    with agentstore.connect(url) as store:
        store.ping()
    failed = run("copy", urls[0], url)
    assert failed.exit_code == 1
    assert "the target lacks migrations" in failed.stderr


def test_a_part_is_taken_by_options(urls: tuple[str, str], tmp_path: Path) -> None:
    options = ("--tenant", "acme", "--user", "ann")
    assert run("copy", *urls, *options).exit_code == 0
    assert run("copy", *urls, *options, "--verify").exit_code == 0
    with agentstore.connect(urls[1]) as store:
        found = {session.id for session in store.iter_sessions(trashed=True)}
        assert (found, store.count_sessions()) == ({"trashed"}, 1)
    file = str(tmp_path / "part.jsonl")
    assert run("--database", urls[0], "dump", "-o", file, "--metadata", "user_id=u1").exit_code == 0
    header = json.loads(Path(file).read_bytes().splitlines()[0])
    assert header["metadata"] == {"user_id": "u1"}


@pytest.mark.parametrize("option", ["--tenant", "--user"])
def test_an_empty_scope_is_no_scope(urls: tuple[str, str], option: str) -> None:
    assert run("copy", *urls, option, "").exit_code == 2
