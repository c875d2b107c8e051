"""doctor and stats: what an operator asks a store."""

import json
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import pytest
from command_runs import SQLITE, json_of, output_of, run

import agentstore
from agentstore import NewMessage

LONG_AGO = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def used(store: agentstore.Storage) -> agentstore.Storage:
    """A store with two users' sessions, and one in the trash."""
    for user in ("ann", "bob"):
        session = store.create_session(id=user, tenant_id="acme", user_id=user)
        store.save_user_message(session, "hi")
    calls = [
        {"tool_name": "search", "arguments": {}, "result": {"success": False}},
        {"tool_name": "search", "arguments": {}},
        {"tool_name": "refund", "arguments": {}, "result": 1},
    ]
    store.save_assistant_message("ann", {"type": "execute", "message": "x", "tool_calls": calls})
    store.save_user_message(store.create_session(id="gone"), "hi")
    store.trash_session("gone")
    return store


@pytest.mark.usefixtures("shared", "used")
def test_doctor(database_url: str) -> None:
    result = run("doctor", "--json", url=database_url)
    report = json.loads(result.stdout)
    assert result.exit_code == int(report["wrong"])
    states = {finding["check"]: finding["state"] for finding in report["findings"]}
    assert states["migrations"] == states["orphans"] == "ok"
    lines = run("doctor", url=database_url).stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == list(states)


@SQLITE
def test_doctor_ends_with_1_where_something_is_wrong(
    database_url: str, driver_connection: sqlite3.Connection
) -> None:
    assert run("doctor", url=database_url).exit_code == 0
    driver_connection.execute("DROP INDEX agentstore_sessions_created_at")
    result = run("doctor", url=database_url)
    assert result.exit_code == 1
    [line] = [line for line in result.stdout.splitlines() if line.startswith("wrong")]
    assert "agentstore_sessions_created_at" in line


@pytest.mark.usefixtures("shared")
def test_stats_of_the_last_moment(database_url: str) -> None:
    last = datetime.max.replace(tzinfo=timezone.utc)
    with agentstore.connect(database_url) as store:
        call = {"tool_name": "t", "arguments": {}, "timestamp": last}
        said = NewMessage("assistant", "x", timestamp=last, tool_calls=[call])
        store.save_messages(store.create_session(), [said])
    figures = json_of("stats", url=database_url)
    assert figures["messages_by_day"] == figures["calls_by_day"] == {"9999-12-31": 1}
    assert "9999-12-31\t0\t1\t1" in output_of("stats", url=database_url).splitlines()


@pytest.mark.usefixtures("shared", "used")
def test_stats(database_url: str) -> None:
    figures = json_of("stats", url=database_url)
    assert (figures["sessions"], figures["messages"], figures["calls"]) == (2, 3, 3)
    assert figures["messages_by_role"] == {"assistant": 1, "user": 2}
    assert figures["calls_by_tool"] == [
        {"tool_name": "search", "calls": 2, "failed": 1, "pending": 1},
        {"tool_name": "refund", "calls": 1, "failed": 0, "pending": 0},
    ]
    assert figures["users"] == [
        {"tenant_id": "acme", "user_id": "ann", "sessions": 1, "messages": 2},
        {"tenant_id": "acme", "user_id": "bob", "sessions": 1, "messages": 1},
    ]
    [day] = figures["sessions_by_day"]
    assert output_of("stats", url=database_url).splitlines()[:2] == [
        "day\tsessions\tmessages\tcalls",
        f"{day}\t2\t3\t3",
    ]
    of_bob = json_of("stats", "--tenant", "acme", "--user", "bob", url=database_url)
    assert (of_bob["messages"], of_bob["calls"]) == (1, 0)


@SQLITE
def test_stats_count_the_last_days_alone(database_url: str, store: agentstore.Storage) -> None:
    long_ago = agentstore.NewMessage("user", "hi", timestamp=LONG_AGO)
    store.save_messages(store.create_session(created_at=LONG_AGO), [long_ago])
    assert json_of("stats", url=database_url)["messages"] == 0
    every = json_of("stats", "--days", "36500", url=database_url)
    assert every["messages_by_day"] == every["sessions_by_day"] == {"2026-01-01": 1}


@SQLITE
@pytest.mark.usefixtures("used")
def test_stats_draw_a_picture(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "stats.png"
    output_of("stats", "--png", str(picture), url=database_url)
    assert picture.read_bytes().startswith(b"\x89PNG")
    monkeypatch.setattr("agentstore.cli.stats.find_spec", lambda name: None)
    refused = run("stats", "--png", str(picture), url=database_url)
    assert refused.exit_code == 2
    assert 'pip install "agentstore[plot]"' in refused.stderr
