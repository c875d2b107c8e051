"""Whose sessions a command works on: --tenant, --user and AGENTSTORE_TENANT."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_runs import POLICY, QUESTION, SQLITE, error_of, json_of, output_of, run

import agentstore
from agentstore.cli.app import cli
from agentstore.cli.scope import TENANT_VARIABLE
from agentstore.operations.keeping import KeepingOperations

WORKS_ON_WHOLE_STORES = {
    "copy": ["sqlite:///{database}", "sqlite:///{database}"],
    "doctor": [],
    "dump": [],
    "fill": [],
    "migrate": [],
    "restore": ["/dev/null"],
}
"""The commands that a tenant's shell refuses, and what they take."""

TELLS_OF_NO_SESSION = {"migrations-path", "rls", "sql", "status"}
"""Commands that show nothing of a conversation."""

KEEPS_TO_THE_SCOPE = {
    "close": ["umbrella ann"],
    "delete": ["umbrella ann", "--yes"],
    "erase": ["--user", "nobody", "--yes"],
    "export": [],
    "import": ["/dev/null"],
    "import-from": ["llm", "sqlite:///{database}"],
    "import-prisma": ["file:{database}"],
    "messages": [],
    "prune": ["--older-than", "1w"],
    "reopen": ["umbrella ann"],
    "retention": ["plan", POLICY],
    "sessions": [],
    "show": ["umbrella ann"],
    "stats": [],
    "tools": [],
}
"""Those that keep to the scope: by the tests below, or by their own; and what they take."""


@pytest.fixture
def owned(store: agentstore.Storage) -> agentstore.Storage:
    """Sessions of two tenants and of none; the names say whose they are."""
    for tenant, user in (("acme", "ann"), ("acme", "bob"), ("umbrella", "ann"), (None, None)):
        session = store.create_session(id=f"{tenant} {user}", tenant_id=tenant, user_id=user)
        store.save_user_message(session, f"of {session}")
    store.update_session("acme bob", archived=True)
    return store


def listed(*options: str, url: str) -> list[str]:
    lines = run("sessions", *options, "--json", url=url).stdout.splitlines()
    return [json.loads(line)["id"] for line in lines]


@pytest.mark.usefixtures("shared", "owned")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["None None", "umbrella ann", "acme bob", "acme ann"]),
        (("--tenant", "acme"), ["acme bob", "acme ann"]),
        (("--tenant", "acme", "--user", "ann"), ["acme ann"]),
        (("--tenant", "nobody"), []),
        (("--user", "ann"), ["umbrella ann", "acme ann"]),
        (("--archived",), ["acme bob"]),
        (("--tenant", "acme", "--not-archived"), ["acme ann"]),
    ],
)
def test_lists_of_a_scope(database_url: str, options: tuple[str, ...], expected: list[str]) -> None:
    assert listed(*options, url=database_url) == expected
    exported = run("export", *options, url=database_url).stdout.splitlines()
    contents = [json.loads(line)["messages"][0]["content"] for line in exported]
    assert contents == [f"of {name}" for name in reversed(expected)]


@pytest.mark.usefixtures("shared")
def test_the_order_of_a_list(owned: agentstore.Storage, database_url: str) -> None:
    owned.save_user_message("acme ann", "later")
    assert listed("--order-by", "last_message_at", url=database_url)[0] == "acme ann"
    assert listed("--order-by", "created_at", url=database_url)[-1] == "acme ann"
    assert "--order-by" in error_of("sessions", "--order-by", "id", code=2, url=database_url)


@pytest.mark.usefixtures("shared", "owned")
def test_show_finds_what_is_in_the_scope(database_url: str) -> None:
    shown = json_of("show", "acme ann", "--tenant", "acme", "--user", "ann", url=database_url)
    assert shown["id"] == "acme ann"
    for options in (["--tenant", "umbrella"], ["--tenant", "acme", "--user", "bob"]):
        error = error_of("show", "acme ann", *options, code=1, url=database_url)
        assert "no session acme ann" in error
    assert "--tenant" in error_of("show", "x", "--user", "ann", code=2, url=database_url)


@pytest.mark.usefixtures("shared")
def test_prune_deletes_what_is_in_the_scope(owned: agentstore.Storage, database_url: str) -> None:
    for options, pruned in ((["--user", "ann"], 1), ([], 1)):
        assert json_of(
            *("prune", "--older-than", "0s", "--include-active", "--tenant", "acme"),
            *options,
            url=database_url,
        ) == {"found": pruned, "deleted": pruned}
    assert [session.id for session in owned.query_sessions()] == ["None None", "umbrella ann"]


@pytest.mark.usefixtures("shared")
def test_what_is_imported_is_the_scope_s(
    store: agentstore.Storage, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps(QUESTION) + "\n")
    output_of("import", str(file), "--tenant", "acme", "--user", "ann", url=database_url)
    [session] = store.query_sessions()
    assert (session.tenant_id, session.user_id) == ("acme", "ann")


@SQLITE
@pytest.mark.parametrize("name", sorted(KEEPS_TO_THE_SCOPE.keys() - {"erase", "retention"}))
def test_help_says_where_a_user_needs_a_tenant(name: str, database_url: str) -> None:
    given = [text.format(database="no.db") for text in KEEPS_TO_THE_SCOPE[name]]
    result = run(name, *given, "--user", "nobody", url=database_url)
    says_so = "needs a tenant" in " ".join(output_of(name, "--help").split())
    assert says_so == ("--user needs a --tenant" in result.output)


@pytest.mark.usefixtures("shared")
def test_a_tenant_s_shell_is_refused_what_works_on_whole_stores(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TENANT_VARIABLE, "acme")
    for command, arguments in WORKS_ON_WHOLE_STORES.items():
        given = [text.format(database=tmp_path / "no.db") for text in arguments]
        assert TENANT_VARIABLE in error_of(command, *given, code=2, url=database_url)
    assert list(tmp_path.glob("no.db")) == []


@pytest.mark.usefixtures("shared")
def test_a_tenant_s_shell_sees_its_tenant_alone(
    owned: agentstore.Storage,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TENANT_VARIABLE, "acme")
    for command, arguments in KEEPS_TO_THE_SCOPE.items():
        given = [text.format(database=tmp_path / "no.db") for text in arguments]
        result = run(command, *given, url=database_url)
        assert "umbrella" not in result.stdout, command
        error = error_of(command, *given, "--tenant", "umbrella", code=2, url=database_url)
        assert TENANT_VARIABLE in error
        assert owned.count_sessions() == 4, command


def test_every_command_has_its_place_here() -> None:
    placed = [*WORKS_ON_WHOLE_STORES, *TELLS_OF_NO_SESSION, *KEEPS_TO_THE_SCOPE]
    assert sorted(placed) == sorted(cli.commands)


@pytest.mark.usefixtures("shared", "owned")
def test_a_tenant_s_shell_narrows_and_does_not_widen(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TENANT_VARIABLE, "acme")
    assert listed(url=database_url) == ["acme bob", "acme ann"]
    assert listed("--tenant", "acme", url=database_url) == ["acme bob", "acme ann"]
    assert listed("--user", "ann", url=database_url) == ["acme ann"]
    assert json_of("show", "acme ann", "--user", "ann", url=database_url)["id"] == "acme ann"


@pytest.mark.parametrize("tenant", ["", " acme", "a\nb", "x" * 192])
def test_a_tenant_that_is_none(tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--tenant" in error_of("sessions", "--tenant", tenant, code=2, url="sqlite://")
    assert "--user" in error_of("sessions", "--user", tenant, code=2, url="sqlite://")
    monkeypatch.setenv(TENANT_VARIABLE, tenant)
    assert TENANT_VARIABLE in error_of("sessions", code=2, url="sqlite://")
    assert TENANT_VARIABLE in error_of("migrate", code=2, url="sqlite://")


def make_unfilled(store: agentstore.Storage, database_url: str, sessions: int) -> None:
    """Sessions as older code has left them."""
    with store.transaction():
        for _ in range(sessions):
            store.save_user_message(store.create_session(), "hello")
    connection = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    with connection:
        connection.execute("UPDATE agentstore_sessions SET last_message_at = NULL")
    connection.close()


@SQLITE
def test_fill(store: agentstore.Storage, database_url: str) -> None:
    make_unfilled(store, database_url, 3)
    assert output_of("fill", url=database_url) == "filled 3 sessions\n"
    assert json_of("fill", url=database_url) == {"filled": 0}
    for session in store.query_sessions():
        [message] = store.get_history(session.id)
        assert session.last_message_at == message.timestamp


@SQLITE
def test_a_fill_that_was_interrupted_says_how_far_it_came_and_goes_on(
    store: agentstore.Storage, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_unfilled(store, database_url, 110)
    batches = KeepingOperations._in_batches

    def interrupted(self: KeepingOperations, work: Any) -> Iterator[int]:
        yield next(batches(self, work))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(KeepingOperations, "_in_batches", interrupted)
        result = run("fill", url=database_url)
    assert result.exit_code == 130
    [filled] = re.findall(
        r"^before it: filled (\d+) sessions; run it again to go on\ninterrupted\n$", result.stderr
    )
    assert 0 < int(filled) < 110
    assert json_of("fill", url=database_url) == {"filled": 110 - int(filled)}
