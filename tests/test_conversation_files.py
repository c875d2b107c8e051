"""The files that conversations come from and go to."""

import io
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import openai_forms
import pytest

import agentstore
from agentstore.transfer import import_conversations
from agentstore.transfer.conversation_files import read_items, replacing
from agentstore.transfer.gathering import Gatherer
from agentstore.transfer.json_text import encoded

SQLITE = pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)


def as_file(*conversations: Any) -> io.BytesIO:
    return io.BytesIO(b"".join(map(openai_forms.line_of, conversations)))


MESSAGES = [{"role": "user", "content": "hé 👩‍👧"}]

FILES = {
    "JSON lines": (as_file(MESSAGES, {"messages": MESSAGES}).getvalue(), 2),
    "JSON lines, blank lines": (
        b"\xef\xbb\xbf\n" + as_file(MESSAGES, MESSAGES).getvalue() + b"\n",
        2,
    ),
    "one line": (as_file(MESSAGES).getvalue(), 1),
    "one object": (json.dumps({"traj": MESSAGES}, indent=1).encode(), 1),
    "one list of messages": (json.dumps(MESSAGES, indent=1).encode(), 1),
    "JSON list": (json.dumps([MESSAGES, {"messages": MESSAGES}]).encode(), 2),
    "JSON list, indented": (json.dumps([MESSAGES, {"traj": MESSAGES}], indent=1).encode(), 2),
    "empty list": (b"[]\n", 0),
    "empty conversations": (b"[]\n[]\n", 2),
    "nothing": (b"", 0),
    "blank": (b"\n \n", 0),
}


@pytest.mark.parametrize(("text", "count"), FILES.values(), ids=FILES.keys())
def test_kinds_of_files(text: bytes, count: int) -> None:
    found = list(Gatherer().gather(read_items(io.BytesIO(text))))
    assert [item.error for item in found] == [None] * count
    for conversation in (item.conversation for item in found):
        assert conversation is not None
        assert conversation.form["messages"] in (MESSAGES, [])


def test_json_lines_are_read_one_at_a_time() -> None:
    class Endless(io.RawIOBase):
        """A pipe that never ends: reading it whole would not come back."""

        sent = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            line = openai_forms.line_of(MESSAGES)
            buffer[: len(line)] = line
            self.sent += 1
            return len(line)

    endless = Endless()
    found = Gatherer().gather(read_items(io.BufferedReader(endless, 64)))
    assert [next(found).item.line for _ in range(100)] == list(range(1, 101))
    assert endless.sent < 110


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'[]\n{"messages": [}\n[1]\n', r"conversation 2 \(line 2\): not JSON \(.*column 15"),
        (b"[]\n\n[]\n\xff\n", r"conversation 3 \(line 4\): not UTF-8 \(column 1"),
        (b'[]\n{"a": 1, "a": 2}', r"conversation 2 \(line 2\): the key 'a' stands twice"),
        (b"[]\n" + b"[" * 100_000, r"conversation 2 \(line 2\): "),
        (b'[]\n{"messages": [], "x": NaN}', r"conversation 2 \(line 2\): NaN is not JSON"),
        (b'[]\n{"messages": [], "x": 1e999}', r"conversation 2 \(line 2\): the number 1e999"),
        (b'{"messages":\n [1,\n}', r"conversation 1 \(line 1\): not JSON \(.*line 3, column 1"),
        (b"\n\n\xff", r"conversation 1 \(line 3\): not UTF-8 \(column 1"),
        (b'{"a": 1, "a": 2}\n[]', r"conversation 1 \(line 1\): the key 'a' stands twice"),
        (
            b'{"messages": [{"x": [0, NaN]}]}\n{',
            r"\(line 1\): NaN is not JSON \(at messages\[0\].x\[1\]",
        ),
        (b"5", r"conversation 1 \(line 1\): it is neither a list"),
    ],
)
@SQLITE
def test_a_broken_file_is_an_error_that_says_where(
    store: agentstore.Storage, text: bytes, message: str
) -> None:
    with pytest.raises(agentstore.InvalidInputError, match=message):
        import_conversations(store, read_items(io.BytesIO(text)))
    assert store.count_sessions() == text.count(b"[]\n")


def test_a_bad_first_line_is_known_before_the_second_is_read() -> None:
    class First(io.RawIOBase):
        """A pipe that hangs behind its first line."""

        sent = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            assert not self.sent
            line = b'{"a":NaN}\n'
            buffer[: len(line)] = line
            self.sent = len(line)
            return self.sent

    first = next(read_items(io.BufferedReader(First())))
    assert (first.error, first.line) == ("NaN is not JSON (at a)", 1)


def test_a_line_with_lone_surrogates_is_escaped_and_others_are_not() -> None:
    assert encoded("é 👩 \ud800") == b'"\\u00e9 \\ud83d\\udc69 \\ud800"'
    assert encoded("é 👩") == '"é 👩"'.encode()


def test_a_file_is_replaced_at_the_end_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with suppress(KeyError), replacing(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["export"]


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to("target")
    with replacing(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_a_device_is_written_and_not_replaced() -> None:
    with replacing(Path(os.devnull)) as file:
        file.write(b"x")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no folder of open files")
def test_a_pipe_that_is_open_is_written() -> None:
    """As a shell names it in ``-o >(gzip)``, and /dev/stdout where that is one."""
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as reader:
        with open(write_end, "wb"), replacing(Path(f"/dev/fd/{write_end}")) as file:
            file.write(b"x")
        assert reader.read() == b"x"
