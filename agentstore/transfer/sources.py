"""Where conversations are read from: files, folders, archives, stdin."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

from agentstore.errors import InvalidInputError

_ZIP = b"PK\x03\x04"
_ENDINGS = (".json", ".jsonl", ".ndjson", ".traj")
_ARCHIVES = (".zip", ".eval")
"""Of archives; the second is Inspect's."""

_CONVERSATIONS = "conversations*.json*"
"""What the exports of chat services call the file that matters, among others."""

_BESIDE = ("*agent-*.meta.json", "sessions-index.json", "*/tool-results/*")
"""What Claude Code keeps beside its session logs."""

_EVALUATION = "_journal/start.json"
_SAMPLES = "samples/*.json"
"""What Inspect's archives have, and the files in there that matter."""


@dataclass(frozen=True)
class Source:
    """A file that is open.

    Attributes:
        name: how it is named to the user, empty where that is clear.
        file: its bytes.
        position: how much of all files was read so far.
    """

    name: str
    file: BinaryIO
    position: Callable[[], int]


def open_sources(
    paths: Sequence[str], passed_over: Callable[[str], None] = lambda name: None
) -> Iterator[Source]:
    """The files at some paths, each open until the next is asked for.

    Args:
        paths: files, folders (with all that is in them), ``-`` for stdin.
        passed_over: called with the name of each file of a folder or archive that is not read.

    Raises:
        InvalidInputError: an archive cannot be read.
        OSError: a file cannot be opened.
    """
    names = [name for path in paths for name in _files(path, passed_over)]
    done = 0
    for name in names:
        shown = name if len(names) > 1 else ""
        if name == "-":
            yield from _open(shown, sys.stdin.buffer, lambda: 0, passed_over)
            continue
        with open(name, "rb") as file:
            yield from _open(shown, file, _position_in(file, done), passed_over)
        done += os.path.getsize(name)


def total_size(paths: Sequence[str]) -> int | None:
    """How much there is to read; None where nobody knows."""
    total = 0
    for path in paths:
        for name in _files(path, lambda name: None):
            if name == "-" or not os.path.isfile(name):
                return None
            total += os.path.getsize(name)
    return total


def _files(path: str, passed_over: Callable[[str], None]) -> Iterator[str]:
    if path == "-" or not os.path.isdir(path):
        yield path
        return
    found = sorted(
        str(file)
        for file in Path(path).rglob("*")
        if file.is_file() and not _is_hidden(file.relative_to(path).parts)
    )
    yield from _chosen(found, passed_over)


def _chosen(names: Sequence[str], passed_over: Callable[[str], None]) -> Iterator[str]:
    """Those files that hold conversations; the others are named."""
    wanted = [name for name in names if _is_readable(name) and not _is_beside(name)]
    exported = [name for name in wanted if fnmatch(os.path.basename(name), _CONVERSATIONS)]
    if _EVALUATION in names:
        exported = [name for name in wanted if fnmatch(name, _SAMPLES)]
    chosen = frozenset(exported or wanted)
    for name in names:
        if name in chosen:
            yield name
        else:
            passed_over(name)


def _is_readable(name: str) -> bool:
    lower = name.lower()
    return lower.removesuffix(".gz").endswith(_ENDINGS) or lower.endswith(_ARCHIVES)


def _is_hidden(parts: Sequence[str]) -> bool:
    """Whether a path leads to what a system keeps beside the files that are one's own."""
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _is_beside(name: str) -> bool:
    return any(fnmatch(each, kept) for each in (name, os.path.basename(name)) for kept in _BESIDE)


def _open(
    name: str,
    file: BinaryIO,
    position: Callable[[], int],
    passed_over: Callable[[str], None],
) -> Iterator[Source]:
    """A file, or the files of the archive that it is."""
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    if not buffered.peek(len(_ZIP)).startswith(_ZIP):
        yield Source(name, buffered, position)
        return
    if buffered.seekable():
        yield from _open_archive(name, buffered, position, passed_over)
        return
    with tempfile.TemporaryFile() as whole:
        shutil.copyfileobj(buffered, whole)
        yield from _open_archive(name, whole, position, passed_over)


def _open_archive(
    name: str,
    file: BinaryIO,
    position: Callable[[], int],
    passed_over: Callable[[str], None],
) -> Iterator[Source]:
    prefix = f"{name}: " if name else ""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [
                member.filename
                for member in archive.infolist()
                if not member.is_dir() and not _is_hidden(member.filename.split("/"))
            ]
            for member in _chosen(members, lambda other: passed_over(f"{prefix}{other}")):
                with archive.open(member) as inner:
                    yield Source(f"{prefix}{member}", inner, position)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as exc:
        raise InvalidInputError(f"{prefix}the archive cannot be read ({exc})") from exc


def _position_in(file: BinaryIO, before: int) -> Callable[[], int]:
    def position() -> int:
        try:
            return before + file.tell()
        except (OSError, ValueError):
            return before

    return position
