"""The benchmarks run, and raw does the same work as agentstore; nothing is said about times."""

import io
import json
import shutil
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import agentstore
from agentstore.testing import Backend

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import lists, load, readme_table, report, retention, run, scale, transfer
from benchmarks.contender import Contender
from benchmarks.contenders import is_raw, load_contenders
from benchmarks.ours import AgentStore
from benchmarks.plot import look
from benchmarks.samples import make_sessions, make_turns
from benchmarks.scale_seed import Shape
from benchmarks.workloads import TINY, everyday_workloads, transfer_workloads

DIALECTS = {
    "sqlite-file": "sqlite",
    "postgresql": "postgresql",
    "mariadb": "mysql",
    "mysql": "mysql",
}


@pytest.mark.parametrize("backend", list(DIALECTS), indirect=True)
def test_raw_and_agentstore_store_and_read_the_same(backend: Backend) -> None:
    classes, missing = load_contenders(DIALECTS[backend.name], peers=False)
    assert len(classes) >= 3
    assert not missing
    for contender_class in classes:
        url = backend.migrated_database()
        contender = contender_class(url)
        with agentstore.connect(url) as store:
            check_contender(contender, store)
        contender.close()
        assert unlike_ours(backend, url) == []
        backend.drop_database(url)


def unlike_ours(backend: Backend, url: str) -> list[tuple[object, ...]]:
    """Sessions whose row says of their messages what no save of agentstore leaves."""
    with closing(backend.open_connection(url)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT id, next_position, updated_at, last_message_at FROM agentstore_sessions "
            "WHERE next_position > 0 AND (last_message_at IS NULL OR last_message_at > updated_at)"
        )
        return list(cursor.fetchall())


def check_contender(contender: Contender, store: agentstore.Storage) -> None:
    turns = make_turns(6)
    session_id = str(uuid.uuid4())
    contender.create_session(session_id, "ada")
    contender.append_turn(session_id, turns[0])
    contender.append_turn_at_once(session_id, turns[1])
    contender.import_turns(session_id, turns[2:])
    history = store.get_history(session_id)
    assert [message.position for message in history] == list(range(12))
    assert [message.content for message in history] == [
        text for turn in turns for text in (turn.user, turn.assistant)
    ]
    assert [
        [(call.call_id, call.tool_name, call.arguments, call.result) for call in message.tool_calls]
        for message in history[1::2]
    ] == [
        [(call.call_id, call.tool_name, call.arguments, call.result) for call in turn.calls]
        for turn in turns
    ]
    assert [plain(message) for message in contender.load(session_id)] == [
        plain(message) for message in history
    ]
    assert [plain(message) for message in contender.load_recent(session_id, 3)] == [
        plain(message) for message in history[-3:]
    ]
    contender.import_sessions(list(make_sessions(3, 2, users=1)))
    listed = [plain(session) for session in contender.list_sessions("user-0", 2)]
    assert len(listed) == 2
    # The raw statements read what they wrote: the columns that a conversation cannot do without.
    found = store.query_sessions(metadata={"user_id": "user-0"}, limit=2)
    assert listed == [
        {name: value for name, value in plain(session).items() if name in listed[0]}
        for session in found
    ]
    assert contender.count_messages(session_id) == 12
    assert not contender.append_concurrently([(session_id, turns[:2])] * 3)
    assert contender.count_messages(session_id) == 24
    ours = AgentStore(contender.url)
    assert exported(contender) == exported(ours)
    ours.close()


def exported(contender: Contender) -> tuple[int, bytes]:
    file = io.BytesIO()
    return contender.export(file.write), file.getvalue()


def plain(record: Any) -> dict[str, Any]:
    """What raw and agentstore both give of a message or a session."""
    if not isinstance(record, dict):
        record = {name: getattr(record, name) for name in type(record).__dataclass_fields__}
    kept = {key: value for key, value in record.items() if key not in ("session_id", "message_id")}
    if "tool_calls" in kept:
        kept["tool_calls"] = [plain(call) for call in kept["tool_calls"]]
    return kept


def test_each_workload_runs(tmp_path: Path) -> None:
    run.main(["--tiny", "--no-peers", "--dialect", "sqlite", "--output", str(tmp_path)])
    results = json.loads((tmp_path / "bench.json").read_text())
    measured = results["dialects"]["sqlite"]
    expected = {
        workload.key: workload.rounds
        for workload in everyday_workloads(TINY) + transfer_workloads(TINY)
    }
    assert set(measured["workloads"]) == set(expected)
    for key, workload in measured["workloads"].items():
        names = set(workload["contenders"])
        assert {"raw", "agentstore"} <= names <= {*names, "agentstore, transaction()"}
        for name, cell in workload["contenders"].items():
            assert len(cell["seconds"]) == expected[key], (key, name, cell)
            assert not cell.get("refused_turns")
            assert not cell.get("lost_messages")
    counts = measured["counts"]
    assert counts["agentstore"]["load"] == {"statements": 1, "round_trips": None}
    assert counts["raw"]["append_at_once"]["statements"] == 7
    table = (tmp_path / "bench.md").read_text()
    assert "## SQLite" in table
    assert "| **agentstore** |" in table
    readme = tmp_path / "README.md"
    shutil.copyfile(readme_table.README, readme)
    readme_table.write(results, readme)
    text = readme.read_text(encoding="utf-8")
    assert "\n".join(readme_table.lines(results)) + "\n\n" in text
    assert f"in the same run ({results['machine']['time'][:10]})" in text
    assert len(text.splitlines()) <= len(readme_table.README.read_text().splitlines())


def test_the_report_says_what_was_lost_refused_and_not_served() -> None:
    cells: dict[str, dict[str, Any]] = {
        "raw": {"seconds": [1.0, 3.0, 2.0]},
        "agentstore": {"seconds": [2.0, 2.5, 3.0], "refused_turns": 0, "lost_messages": 0},
        "peer": {
            "seconds": [90.0],
            "turns": 80,
            "refused_turns": 5,
            "refusals": ["StaleError: a | b"],
            "lost_messages": 7,
        },
        "other": {"seconds": [], "not_served": "it cannot"},
    }
    assert report.ratio(cells, "agentstore") == 1.25
    assert report.ratio(cells, "other") is None
    measured = {
        "server": "X 1",
        "missing": {"Absent": "not installed"},
        "notes": {"raw": "by hand"},
        "workloads": {"one_session": {"title": "eight", "unit": "turn", "contenders": cells}},
        "counts": {"raw": {"append": {"statements": 2.0, "round_trips": 2.0}}},
    }
    machine = {"time": "now", "python": "3", "system": "Linux", "cores": 2}
    table = report.markdown({"machine": machine, "dialects": {"sqlite": measured}})
    assert "| **agentstore** | 1.25 |" in table
    assert "| raw [1] | 1.00 |" in table
    assert "| peer | 45, 5 of 80 turns refused [2], **7 of 160 messages lost** |" in table
    assert "| other | n/a [3] |" in table
    assert "[2] StaleError: a / b" in table
    assert "Absent did not take part: not installed" in table
    assert "| raw | 2 (2) |" in table


def test_the_scale_run_runs(tmp_path: Path) -> None:
    shape = Shape(messages=26_000, sessions=1_000, longest=1_000)
    results = scale.run(["sqlite"], shape, 10, most_rounds=1)
    measured = results["dialects"]["sqlite"]
    assert set(measured["calls"]) == {each.title for each in scale.CALLS}
    assert set(measured["memory"]) == {"iter_messages", "iter_sessions", "export"}
    table = scale.markdown(results)
    assert all(f"| {each.title} |" in table for each in scale.CALLS)


def test_the_retention_run_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with agentstore.connect(url) as store:
        store.migrate()
    figures = retention.measure(url, 60, seconds=0.5, alone_for=0.5)
    assert figures["deleted"] > 0
    assert figures["longest_lock_ms"] >= figures["median_lock_ms"]


def test_raw_is_the_floor() -> None:
    for dialect in DIALECTS.values():
        classes, _ = load_contenders(dialect, peers=False)
        assert any(is_raw(each.name) for each in classes)


def test_readme_has_the_best_of_those_that_did_the_job() -> None:
    def cell(seconds: float, **more: Any) -> dict[str, Any]:
        return {"seconds": [seconds], **more}

    cells = {
        "raw": cell(2.0),
        "agentstore": cell(3.0),
        "agentstore, transaction()": cell(2.1),
        "LangGraph SqliteSaver, DeltaChannel": cell(2.2, lost_messages=1),
        "Google ADK DatabaseSessionService": cell(2.3, refused_turns=1),
        "Agno SqliteDb": cell(5.0),
        "langchain-postgres": cell(4.0, failed="error"),
    }
    measured = {"workloads": {"append": {"title": "append a turn, two calls", "contenders": cells}}}
    results = {"dialects": {"sqlite": measured, "mysql": measured}}
    assert readme_table.lines(results) == [
        "| | SQLite | best other | MariaDB | best other |",
        "| --- | ---: | --- | ---: | --- |",
        "| append a turn, two calls | **1.50** | 2.50 Agno | **1.50** | 2.50 Agno |",
    ]


def test_a_library_has_one_colour() -> None:
    names = (
        *("agentstore", "agentstore, transaction()", "raw", "raw, one batch"),
        *("OpenAI Agents SQLiteSession", "OpenAI Agents SQLAlchemySession"),
        *("langchain-community", "langchain-postgres"),
        *("LangGraph SqliteSaver", "LangGraph PyMySQLSaver", "LangGraph SqliteSaver, DeltaChannel"),
        *("Google ADK DatabaseSessionService", "Agno SqliteDb", "Agno PostgresDb"),
    )
    colours: dict[str, set[str]] = {}
    for name in names:
        label, colour, _ = look(name)
        colours.setdefault(label.partition(",")[0], set()).add(colour)
    assert len(colours) == len(set.union(*colours.values())) == 7
    assert look("OpenAI Agents SQLiteSession")[2] != look("OpenAI Agents SQLAlchemySession")[2]


def test_the_load_run_runs(tmp_path: Path) -> None:
    results = load.run(["sqlite"], [load.Load(1, 3)], rounds=1, seconds=0.1)
    rows = results["dialects"]["sqlite"]["loads"]["3 threads"]
    assert set(rows) == {"raw", "agentstore"}
    for [row] in rows.values():
        assert row["rate"] > 0
        assert 0 < row["p50"] <= row["p99"]
        assert 0 <= row["slowest"] <= 1
    assert "| SQLite | 3 threads | **agentstore** |" in load.markdown(results)


def test_the_run_of_lists_runs() -> None:
    results = lists.run(["sqlite"], 150, 300, rounds=1, peers=False)
    pages = results["dialects"]["sqlite"]["pages"]
    assert list(pages) == ["first page", "second page", "page 3"]
    for page in pages.values():
        assert set(page) == {"raw", "agentstore", "agentstore, 300 sessions"}
    assert "| **agentstore, 300 sessions** |" in lists.markdown(results)


def test_the_run_of_imports_and_copies_runs() -> None:
    copies = [("sqlite", "sqlite")]
    results = transfer.run(["sqlite"], copies, megabytes=0.05, rounds=1)
    assert {name: len(taken) for name, taken in results["imports"]["sqlite"].items()} == {
        "import": 1,
        "bare insert": 1,
    }
    [copied] = results["copies"].values()
    assert copied["copy"] < copied["copy and compare"]
    assert "| sqlite to sqlite |" in transfer.markdown(results)
