"""An archive has all that the store has; one that is newer, changed or cut off is refused."""

from __future__ import annotations

import gzip
import json
import math
import os
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from copy_samples import all_rows, conversations_of, fill

import agentstore
from agentstore import InvalidInputError, StorageError
from agentstore.transfer.copying import ArchiveSource, Selection, compare_rows, copy_rows, dump_rows
from agentstore.transfer.copying.tables import BY_NAME, TABLES
from agentstore.transfer.copying.values import decode_row, encode_row

OpenStore = Callable[..., agentstore.Storage]


def dumped(store: agentstore.Storage) -> bytes:
    """A store's archive."""
    file = BytesIO()
    dump_rows(store, file)
    return file.getvalue()


@pytest.fixture
def archive(open_store: OpenStore) -> bytes:
    """The archive of a store with something in each table."""
    store = open_store()
    fill(store)
    return dumped(store)


def restored(target: agentstore.Storage, path: Path, data: bytes) -> Any:
    """Restore an archive; returns the reports."""
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return copy_rows(ArchiveSource(path), target)


def test_of_sessions_by_metadata_that_is_not_unicode(open_store: OpenStore) -> None:
    """So comes what is no UTF-8 on a command line."""
    store, file = open_store(), BytesIO()
    store.create_session(id="s", metadata={"user": "\udcff"})
    reports = dump_rows(store, file, Selection(metadata={"user": "\udcff"}))
    assert reports["sessions"].stored == 1


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("name", ["sqlite-file", "postgresql", "mariadb", "mysql"])
def test_what_is_restored_is_what_was_dumped(
    name: str, suffix: str, open_store: OpenStore, tmp_path: Path
) -> None:
    source, target = open_store(name), open_store(name)
    fill(source)
    data = dumped(source)
    reports = restored(target, tmp_path / f"store.jsonl{suffix}", data)
    assert all(report.is_equal for report in reports.values())
    assert all_rows(target) == all_rows(source)
    assert conversations_of(target) == conversations_of(source)
    again = restored(target, tmp_path / f"store.jsonl{suffix}", data)
    assert all(report.is_equal and not report.stored for report in again.values())


def test_the_archive_is_the_same_from_each_database(open_store: OpenStore, tmp_path: Path) -> None:
    source = open_store()
    fill(source)
    data = dumped(source)
    for name in ("postgresql", "mariadb", "mysql"):
        target = open_store(name)
        restored(target, tmp_path / "store.jsonl", data)
        # In what order a table's rows come is the database's affair.
        assert sorted(dumped(target).splitlines()) == sorted(data.splitlines())


def test_the_form_is_that_of_the_documentation(archive: bytes) -> None:
    header, *rows, end = map(json.loads, archive.splitlines())
    assert header == {
        "agentstore": "store",
        "version": 1,
        "tenant_id": None,
        "user_id": None,
        "metadata": {},
    }
    assert {line["table"] for line in rows} == {table.name for table in TABLES}
    assert list(end["end"]) == [table.name for table in TABLES]
    assert sum(each["count"] for each in end["end"].values()) == len(rows)
    page = (Path(__file__).parents[2] / "docs" / "copies.md").read_text(encoding="utf-8")
    for table in TABLES:
        assert f"`{table.name}`" in page
    [session] = [line["row"] for line in rows if line["row"].get("id") == "trashed"]
    assert session["trashed_at"] == "2026-01-02T03:04:05.678901Z"
    [blob] = [
        line["row"]
        for line in rows
        if line["table"] == "checkpoints" and line["row"]["checkpoint_id"] == "1f0"
    ][:1]
    assert blob["checkpoint_bytes"].startswith("AAECAwQF")


def changed(archive: bytes, place: int, change: Callable[[dict[str, Any]], object]) -> bytes:
    """An archive with another line at a place."""
    lines = archive.splitlines()
    line = json.loads(lines[place])
    change(line)
    lines[place] = json.dumps(line).encode()
    return b"\n".join(lines) + b"\n"


ANOTHER = {"user_digest": "another"}

CHANGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("newer agentstore", lambda data: changed(data, 0, lambda line: line.update(version=2))),
    ("newer agentstore", lambda data: changed(data, 0, lambda line: line.update(version=True))),
    ("no archive", lambda data: data[data.index(b"\n") + 1 :]),
    ("no archive", lambda data: b""),
    ("no archive", lambda data: b"\xff\xfe\n"),
    ("no archive", lambda data: b"[]\n"),
    ("no archive", lambda data: b"[" * 100_000 + b"\n"),
    (
        "line 2: this is no JSON",
        lambda data: data.replace(b"\n", b"\n" + b'{"a":' * 100_000 + b"\n", 1),
    ),
    ("there is no table", lambda data: changed(data, 1, lambda line: line.update(table="x"))),
    ("an object", lambda data: changed(data, 1, lambda line: line.update(row=[]))),
    ("lacks reason", lambda data: changed(data, 1, lambda line: line["row"].pop("reason"))),
    ("has no more", lambda data: changed(data, 1, lambda line: line["row"].update(more=1))),
    ("is no time", lambda data: changed(data, 1, lambda line: line["row"].update(placed_at="x"))),
    ("is no text", lambda data: changed(data, 1, lambda line: line["row"].update(reason=None))),
    ("is no json", lambda data: changed(data, -2, lambda line: line["row"].update(remains="x"))),
    ("checksums", lambda data: changed(data, -2, lambda line: line["row"].update(ANOTHER))),
    ("checksums", lambda data: data.replace(data.splitlines(keepends=True)[-2], b"")),
    ("more behind", lambda data: data + b"{}\n"),
    ("cut off", lambda data: data[:-1]),
    ("cut off", lambda data: data[: data.rindex(b"\n", 0, -1) + 1]),
    ("no JSON", lambda data: data[: data.rindex(b"\n", 0, -1) - 9] + b"\n"),
]


@pytest.mark.parametrize(("words", "change"), CHANGES)
def test_what_is_no_whole_archive_is_refused(
    words: str,
    change: Callable[[bytes], bytes],
    archive: bytes,
    open_store: OpenStore,
    tmp_path: Path,
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        restored(open_store(), tmp_path / "store.jsonl.gz", change(archive))


@pytest.mark.parametrize("kept", [0.2, 0.999])
def test_a_packed_file_that_is_cut_off_is_refused(
    kept: float, archive: bytes, open_store: OpenStore, tmp_path: Path
) -> None:
    packed = gzip.compress(archive)
    path = tmp_path / "store.jsonl.gz"
    path.write_bytes(packed[: int(len(packed) * kept)])
    with pytest.raises(InvalidInputError, match=r"cut off|no archive"):
        copy_rows(ArchiveSource(path), open_store())


def test_what_comes_before_a_cut_is_stored_and_the_rest_later(
    archive: bytes, open_store: OpenStore, tmp_path: Path
) -> None:
    target, whole = open_store(), open_store()
    restored(whole, tmp_path / "whole.jsonl", archive)
    with pytest.raises(InvalidInputError, match="cut off"):
        restored(target, tmp_path / "cut.jsonl", archive[: len(archive) // 2])
    restored(target, tmp_path / "whole.jsonl", archive)
    assert all_rows(target) == all_rows(whole)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_cannot_be_read_twice_is_refused_before_anything_is_stored(
    archive: bytes, open_store: OpenStore, tmp_path: Path
) -> None:
    target = open_store()
    before = all_rows(target)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInputError, match="save it to a file first"):
        copy_rows(ArchiveSource(pipe), target)
    assert all_rows(target) == before
    restored(target, tmp_path / "store.jsonl", archive)
    writer = threading.Thread(target=pipe.write_bytes, args=(archive,))
    writer.start()
    reports = compare_rows(ArchiveSource(pipe), target)
    writer.join()
    assert all(report.is_equal for report in reports.values())


@pytest.mark.parametrize("name", ["store.jsonl", "store.jsonl.gz"])
def test_a_restore_tells_how_much_of_the_file_is_done(
    name: str, archive: bytes, open_store: OpenStore, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(archive) if name.endswith(".gz") else archive)
    shares: dict[str, list[float]] = {}

    def note(done: str, table: str, rows: int, share: float | None) -> None:
        assert share is not None
        shares.setdefault(done, []).append(share)

    copy_rows(ArchiveSource(path), open_store(), progress=note)
    assert list(shares) == ["copied", "compared"]
    for each in shares.values():
        assert each == sorted(each)
        assert 0 < each[0] <= each[-1] <= 1
    assert shares["compared"][-1] == 1


@pytest.mark.parametrize("name", list(BY_NAME))
def test_each_value_is_of_its_kind(name: str, archive: bytes) -> None:
    table = BY_NAME[name]
    for line in map(json.loads, archive.splitlines()[1:-1]):
        if line["table"] != name:
            continue
        row = decode_row(table, line["row"])
        assert encode_row(table, row) == line["row"]
        for column, kind in table.columns.items():
            values: tuple[object, ...] = ([], {}, "2026-01-02", "x!", 1, 1.5, True, None)
            for wrong in values:
                if _is_right(kind.kind.value, wrong) or (wrong is None and kind.may_be_none):
                    continue
                with pytest.raises(InvalidInputError, match=f"{name}.{column} is no"):
                    decode_row(table, {**line["row"], column: wrong})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sessions", {"metadata": "[]"}),
        ("messages", {"metadata": "null"}),
        ("messages", {"content": "é", "content_escaped": True}),
        ("messages", {"content": "\\x", "content_escaped": True}),
        ("pending_confirmations", {"user_message": "\\", "user_message_escaped": True}),
        ("adk_sessions", {"session_state": "1"}),
        ("adk_sessions", {"last_update_time": math.inf}),
        ("adk_sessions", {"last_update_time": 10**400}),
        ("erasure_receipts", {"deleted_rows": "[]"}),
        ("erasure_receipts", {"remains": "{}"}),
        ("erasure_receipts", {"remains": '[["the WAL", null]]'}),
    ],
)
def test_what_no_store_has_is_refused(name: str, wrong: dict[str, Any], archive: bytes) -> None:
    """Before it is stored: it could not be read there."""
    rows = (json.loads(line) for line in archive.splitlines()[1:-1])
    row = next(line["row"] for line in rows if line["table"] == name)
    with pytest.raises(InvalidInputError, match=f"{name}.{next(iter(wrong))} is no"):
        decode_row(BY_NAME[name], {**row, **wrong})


def _is_right(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "flag"
    expected: dict[str, Any] = {"integer": int, "real": (int, float), "text": str, "json": str}
    return kind in expected and isinstance(value, expected[kind])


def test_not_inside_a_transaction(open_store: OpenStore) -> None:
    store = open_store()
    with store.transaction(), pytest.raises(StorageError, match="transactions of its own"):
        dumped(store)
