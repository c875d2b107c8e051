"""Where conversations are read from: files, folders, archives, in any encoding, of any length."""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai_forms
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentstore.transfer.conversation_files import Item, read_items, read_sources
from agentstore.transfer.gathering import Gatherer
from agentstore.transfer.sources import open_sources, total_size

HELLO = {"messages": [{"role": "user", "content": "hé 🪁"}]}
LINE = openai_forms.line_of(HELLO)


def read_all(*paths: Path) -> tuple[list[Item], list[str]]:
    others: list[str] = []
    names = [str(path) for path in paths]
    return list(read_sources(open_sources(names, others.append))), others


ENCODED = {
    "UTF-8": LINE,
    "UTF-8 with a mark": b"\xef\xbb\xbf" + LINE,
    "UTF-16": LINE.decode().encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + LINE.decode().encode("utf-16-be"),
    "UTF-32": LINE.decode().encode("utf-32"),
    "gzip": gzip.compress(LINE),
    "gzip of two members": gzip.compress(LINE[:10]) + gzip.compress(LINE[10:]),
    "gzip of UTF-16": gzip.compress(LINE.decode().encode("utf-16")),
}


@pytest.mark.parametrize("encoded", ENCODED.values(), ids=ENCODED.keys())
def test_encodings_and_gzip(encoded: bytes) -> None:
    assert [item.value for item in read_items(io.BytesIO(encoded))] == [HELLO]


UNREADABLE = {
    "the gzip file ends too early": gzip.compress(LINE * 99)[:-9],
    "the file is not gzip": b"\x1f\x8bnonsense",
    "the file is not UTF-16-LE": b"\xff\xfe\x00\xd8\x00",
}


@pytest.mark.parametrize("error", UNREADABLE)
def test_what_cannot_be_read_is_an_item_too(tmp_path: Path, error: str) -> None:
    bad, good = tmp_path / "a.json", tmp_path / "b.json"
    bad.write_bytes(UNREADABLE[error])
    good.write_bytes(LINE)
    items, _ = read_all(bad, good)
    assert error in str(items[-2].error)
    assert (items[-1].value, items[-1].source) == (HELLO, str(good))


def test_folders_and_archives(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.jsonl.gz").write_bytes(gzip.compress(LINE))
    (tmp_path / "in" / "a.json").write_bytes(LINE)
    (tmp_path / "in" / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "in" / ".hidden.json").write_bytes(b"?")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        for name in ("user.json", "conversations-001.json", "conversations-000.json", "chat.html"):
            archive.writestr(name, LINE)
    items, others = read_all(tmp_path / "in", tmp_path / "c.zip")
    assert [item.value for item in items] == [HELLO] * 4
    assert [Path(item.source).name for item in items] == [
        *("a.json", "b.jsonl.gz"),
        *(f"c.zip: conversations-00{number}.json" for number in (1, 0)),
    ]
    assert sorted(Path(name).name for name in others) == [
        *("c.zip: chat.html", "c.zip: user.json", "photo.png"),
    ]
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.*") if path.is_file()]
    assert sum(sizes) > (total_size([str(tmp_path / "in"), str(tmp_path / "c.zip")]) or 0) > 0


def test_what_a_system_keeps_beside_the_files_is_passed_over(tmp_path: Path) -> None:
    names = ("logs/a.json", "__MACOSX/logs/._a.json", "logs/.b.json", ".git/c.json", "d.txt")
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        for name in names:
            archive.writestr(name, LINE if name == "logs/a.json" else b"\x00\x05\x16\x07")
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / name).write_bytes(LINE if name == "logs/a.json" else b"\x00")
    for path in (tmp_path / "mac.zip", tmp_path / "in"):
        items, others = read_all(path)
        assert [item.value for item in items] == [HELLO]
        assert [Path(name).name for name in others] == ["d.txt"]


def test_of_inspects_archives_the_samples_are_read(tmp_path: Path) -> None:
    names = (
        *("_journal/start.json", "samples/1_epoch_1.json", "_journal/summaries/1.json"),
        *("samples/2_epoch_1.json", "summaries.json", "reductions.json", "header.json"),
    )
    with zipfile.ZipFile(tmp_path / "wind.eval", "w") as archive:
        for name in names:
            archive.writestr(name, LINE if name.startswith("samples/") else b'{"version": 2}')
    for path in (tmp_path / "wind.eval", tmp_path):
        items, others = read_all(path)
        assert [item.value for item in items] == [HELLO] * 2
        assert len(others) == len(names) - 2


SPELLINGS = {
    "lines": lambda values: b"".join(openai_forms.line_of(value) for value in values),
    "list": lambda values: json.dumps(values).encode(),
    "indented list": lambda values: json.dumps(values, indent=1).encode(),
    "behind each other": lambda values: "\n".join(json.dumps(v, indent=2) for v in values).encode(),
    "without a space": lambda values: "".join(map(json.dumps, values)).encode(),
}


class Slow(io.RawIOBase):
    """A file that gives a few bytes at a time."""

    def __init__(self, text: bytes, size: int) -> None:
        self._text, self._size, self._at = text, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._text[self._at : self._at + min(self._size, len(buffer))]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_values_are_found_however_they_stand(spelling: str) -> None:
    values = st.lists(st.dictionaries(openai_forms.texts, openai_forms.json_values), min_size=2)

    @given(values, st.integers(1, 40))
    def are_found(given_: list[Any], size: int) -> None:
        text = SPELLINGS[spelling](given_)
        items = list(read_items(io.BufferedReader(Slow(text, size), 16)))
        assert [item.error for item in items] == [None] * len(given_)
        assert json.dumps([item.value for item in items]) == json.dumps(given_)

    are_found()


@given(st.data())
def test_a_broken_line_costs_no_other(data: st.DataObject) -> None:
    bad = data.draw(
        st.sampled_from([b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b"nul", b"{]", b'{"\xff"}'])
    )
    place = data.draw(st.integers(0, 3))
    lines = [LINE.strip()] * 3
    lines.insert(place, bad)
    items = list(read_items(io.BytesIO(b"\n".join(lines))))
    assert [item.value for item in items if item.error is None] == [HELLO] * 3
    assert [item.line for item in items if item.error is not None] == [place + 1]


def test_a_refused_item_of_a_list_costs_no_other() -> None:
    text = b'[{"n": 1}, {"n": NaN}, {"n": 3, "n": 3},\n{"n": 4}]'
    items = list(read_items(io.BytesIO(text)))
    assert [item.value for item in items] == [{"n": 1}, None, None, {"n": 4}]
    assert [item.line for item in items] == [1, 1, 1, 2]


class Made(io.RawIOBase):
    """A file as long as it is wanted, of which nothing is kept."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = next(self._pieces, b"")
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("spelling", ["lines", "list"])
def test_memory_does_not_grow_with_the_file(spelling: str) -> None:
    one = json.dumps({"messages": [{"role": "user", "content": "x" * 1000}]}).encode()

    def pieces(count: int) -> Iterator[bytes]:
        if spelling == "list":
            yield b"["
        for number in range(count):
            yield one
            yield b"\n" if spelling == "lines" else b"," * (number < count - 1) or b"]"

    def peak(count: int) -> int:
        tracemalloc.start()
        found = Gatherer().gather(read_items(io.BufferedReader(Made(pieces(count)))))
        assert sum(item.error is None for item in found) == count
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(3000) < 2 * peak(300) + 200_000


def test_time_grows_with_the_length_of_one_value() -> None:
    def seconds(count: int) -> float:
        value = {"messages": [{"role": "user", "content": "x" * 100}] * count}
        text = json.dumps(value, indent=1).encode()
        began = time.perf_counter()
        [item] = read_items(io.BufferedReader(Slow(text, 4096)))
        assert item.error is None
        return time.perf_counter() - began

    seconds(100)
    # The best of some: what else the machine does only ever adds.
    assert min(seconds(40_000) for _ in range(5)) < 60 * min(seconds(4_000) for _ in range(5))
