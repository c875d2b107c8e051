"""Imports and copies beside the bare driver: ``python -m benchmarks.transfer``.

An import of a file of JSON lines against the bare insert of the rows that it made, in transactions
of as many messages; a copy between two databases against the slower of its two sides, the bare
read of all rows and the bare insert of them. They take turns, each in a new database. PostgreSQL's
COPY, which writes no row that may be there already, is beside them. The results
go to ``benchmarks/results/transfer.json`` and ``transfer.md``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import agentstore
from agentstore.transfer.collector import rarely_collecting
from agentstore.transfer.copying import copy_rows, open_source
from agentstore.transfer.reading import BATCH_MESSAGES, ImportOptions
from agentstore.transfer.reading_process import Remarks, import_files
from benchmarks.bare_rows import COLUMNS, Batch, bare_rows, batches
from benchmarks.databases import DIALECTS, Databases
from benchmarks.report import RESULTS, TITLES, save_results, table
from benchmarks.run import machine
from benchmarks.samples import SampleSession, make_sessions

TURNS = 20
"""Of a conversation: a file of 50 MB has 2,000 of them."""

COPIES = (("sqlite", "postgresql"), ("sqlite", "mysql"), ("postgresql", "mysql"))

_COPY = "COPY"

Seconds = dict[str, list[float]]


def run(
    dialects: Sequence[str],
    copies: Sequence[tuple[str, str]],
    *,
    megabytes: float,
    rounds: int,
) -> dict[str, Any]:
    """Measure; the seconds of each thing, by dialect and by pair.

    Args:
        dialects: which take an import.
        copies: sources and targets.
        megabytes: how long the file is.
        rounds: how often each thing is done.
    """
    results: dict[str, Any] = {"machine": machine(), "servers": {}, "imports": {}, "copies": {}}
    with Databases() as databases, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "conversations.jsonl"
        results["conversations"] = write_file(path, megabytes)
        results["megabytes"] = megabytes
        for dialect in dict.fromkeys([*dialects, *(each for pair in copies for each in pair)]):
            results["servers"][dialect] = databases.version(dialect)
        for dialect in dialects:
            results["imports"][dialect] = measure_import(databases, dialect, path, rounds)
        for source, target in copies:
            name = f"{source} to {target}"
            results["copies"][name] = measure_copy(databases, source, target, path, rounds)
    return results


def write_file(path: Path, megabytes: float) -> int:
    """Write conversations as JSON lines, and say how many they are."""
    size = count = 0
    with path.open("wb") as file:
        for session in make_sessions(10**9, TURNS):
            size += file.write(json.dumps(_conversation(session), ensure_ascii=False).encode())
            size += file.write(b"\n")
            count += 1
            if size >= megabytes * 1_000_000:
                return count
    raise AssertionError


def measure_import(databases: Databases, dialect: str, path: Path, rounds: int) -> Seconds:
    """The seconds of imports, and of bare inserts of what the first one has made."""
    seconds: Seconds = {"import": [], "bare insert": [], **_copied(dialect)}
    rows: list[Batch] = []
    for _ in range(rounds):
        url = databases.new(dialect, migrated=True)
        seconds["import"].append(_seconds(lambda url=url: _import(path, url)))  # type: ignore[misc]
        if not rows:
            with bare_rows(dialect, url) as bare:
                rows = batches(bare, BATCH_MESSAGES)
        databases.drop(url)
        _insert(databases, dialect, rows, seconds)
    return seconds


def measure_copy(
    databases: Databases, source: str, target: str, path: Path, rounds: int
) -> Seconds:
    """The seconds of copies with the comparison and without, of bare reads and bare writes."""
    seconds: Seconds = {"copy": [], "copy and compare": [], "bare read": [], "bare insert": []}
    seconds |= _copied(target)
    original, first = (databases.new(each, migrated=True) for each in (source, target))
    for url in (original, first):
        _import(path, url)
    with bare_rows(target, first) as bare:
        rows = batches(bare, BATCH_MESSAGES)
    databases.drop(first)
    for _ in range(rounds):
        copied, whole = _copy(original, url := databases.new(target, migrated=True))
        databases.drop(url)
        seconds["copy"].append(copied)
        seconds["copy and compare"].append(whole)
        seconds["bare read"].append(_seconds(lambda: _read(source, original)))
        _insert(databases, target, rows, seconds)
    databases.drop(original)
    return seconds


def markdown(results: Mapping[str, Any]) -> str:
    """The tables of a run."""
    about = results["machine"]
    lines = [
        "# Imports and copies beside the bare driver",
        "",
        f"{results['megabytes']:g} MB of JSON lines ({results['conversations']:,} conversations). "
        f"Medians. {about['time']}, Python {about['python']}, {about['cores']} cores, load "
        f"{about['load']:.1f}. `python -m benchmarks.transfer` measures it again.",
        "",
        "## Import",
        "",
        "Seconds, and by those of the bare insert of the same rows in transactions of as many "
        "messages; less is better.",
        "",
    ]
    rows = [["", "bare insert", "import", "ratio", "COPY", "ratio"]]
    for dialect, seconds in results["imports"].items():
        bare, ours = _median(seconds["bare insert"]), _median(seconds["import"])
        row = [f"{TITLES[dialect]} ({results['servers'][dialect]})"]
        row += [f"{bare:.2f}", f"{ours:.2f}", f"**{ours / bare:.2f}**"]
        if _COPY in seconds:
            copied = _median(seconds[_COPY])
            row += [f"{copied:.2f}", f"{ours / copied:.2f}"]
        rows.append([*row, "", ""][:6])
    lines += table(rows)
    lines += [
        "",
        "## Copy",
        "",
        "Seconds, and the speed as a share of the slower side's: of the bare read of all rows, or "
        "of the bare insert of them (or PostgreSQL's COPY); more is better. A copy ends in a "
        "comparison of all that was copied, which is its own column.",
        "",
    ]
    rows = [["", "read", "insert", "copy", "speed", "COPY", "speed", "with the comparison"]]
    for name, seconds in results["copies"].items():
        read, insert, ours, whole = (
            _median(seconds[key])
            for key in ("bare read", "bare insert", "copy", "copy and compare")
        )
        row = [name, f"{read:.2f}", f"{insert:.2f}", f"{ours:.2f}"]
        row += [f"**{max(read, insert) / ours:.2f}**", "", "", f"{whole:.2f}"]
        if _COPY in seconds:
            copied = _median(seconds[_COPY])
            row[5:7] = [f"{copied:.2f}", f"{max(read, copied) / ours:.2f}"]
        rows.append(row)
    return "\n".join([*lines, *table(rows)]) + "\n"


def _conversation(session: SampleSession) -> dict[str, Any]:
    """A session as a line of a file: calls and answers as OpenAI has them."""
    messages: list[dict[str, Any]] = []
    for turn in session.turns:
        calls = [(f"{call.call_id}_{len(messages)}", call) for call in turn.calls]
        calls = [(f"{call_id}_{place}", call) for place, (call_id, call) in enumerate(calls)]
        messages.append({"role": "user", "content": turn.user})
        messages.append(
            {
                "role": "assistant",
                "content": turn.assistant,
                "tool_calls": [
                    {
                        "id": call_id,
                        "type": "function",
                        "function": {
                            "name": call.tool_name,
                            "arguments": json.dumps(call.arguments),
                        },
                    }
                    for call_id, call in calls
                ],
            }
        )
        messages += [
            {"role": "tool", "tool_call_id": call_id, "content": json.dumps(call.result)}
            for call_id, call in calls
        ]
    return {"user_id": session.user_id, "messages": messages}


def _import(path: Path, url: str) -> None:
    with rarely_collecting(), agentstore.connect(url) as store:
        import_files(
            store, [str(path)], ImportOptions(), Remarks(), url=url, progress=lambda item: None
        )


def _copied(dialect: str) -> Seconds:
    """The place for the seconds of what a database has for many rows beside INSERT."""
    return {_COPY: []} if dialect == "postgresql" else {}


def _insert(databases: Databases, dialect: str, rows: Sequence[Batch], seconds: Seconds) -> None:
    """Add the seconds in which bare rows are inserted."""
    for key in seconds.keys() & {"bare insert", _COPY}:
        url = databases.new(dialect, migrated=True)
        with bare_rows(dialect, url) as bare:
            write = bare.copy if key == _COPY else bare.write
            seconds[key].append(_seconds(lambda write=write: [write(batch) for batch in rows]))  # type: ignore[misc]
        databases.drop(url)


def _read(dialect: str, url: str) -> None:
    with bare_rows(dialect, url) as bare:
        for name in COLUMNS:
            deque(bare.read(name), maxlen=0)


def _copy(source_url: str, target_url: str) -> tuple[float, float]:
    """The seconds until all is copied, and until it is compared too."""
    started = time.perf_counter()
    copied = 0.0

    def progress(done: str, name: str, rows: int, share: float | None) -> None:
        nonlocal copied
        if done == "copied":
            copied = time.perf_counter() - started

    with (
        rarely_collecting(),
        agentstore.connect(source_url) as source,
        agentstore.connect(target_url) as target,
    ):
        reports = copy_rows(open_source(source), target, progress=progress)
    whole = time.perf_counter() - started
    if not all(report.is_equal for report in reports.values()):
        raise AssertionError(f"the copy of {source_url} is another")
    return copied, whole


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transfer", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=50.0, help="of the file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dialect", action="append", choices=DIALECTS, help="of the imports")
    parser.add_argument("--no-imports", action="store_true")
    parser.add_argument("--no-copies", action="store_true")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    results = run(
        () if given.no_imports else given.dialect or DIALECTS,
        () if given.no_copies else COPIES,
        megabytes=given.megabytes,
        rounds=given.rounds,
    )
    save_results(given.output, "transfer", results, markdown(results))


if __name__ == "__main__":
    main()
