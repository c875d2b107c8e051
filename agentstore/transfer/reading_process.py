"""Large files of conversations, read by a process of their own while this one stores them.

To read a conversation, check it and make rows of it takes Python longer than a database takes to
store them. A thread would share the interpreter with what stores; a process takes a core of its
own. Where it ends early, for whatever reason, the files are read on here.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

import agentstore
from agentstore.storage import Storage
from agentstore.transfer.collector import rarely_collecting
from agentstore.transfer.conversation_files import Item, read_sources
from agentstore.transfer.importing import ImportSummary, Storing
from agentstore.transfer.read_ahead import read_ahead
from agentstore.transfer.reading import Batch, ImportOptions, LeftOut, read_batches
from agentstore.transfer.sources import open_sources, total_size

LARGE = 8_000_000
"""Bytes of files from which a process is worth the time that it takes to start."""


@dataclass(frozen=True)
class Remarks:
    """What is to be said of files.

    Attributes:
        others: the names of those that are not read.
        empty: the names of those with nothing in them.
    """

    others: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    def add(self, more: Remarks) -> None:
        """Take in what is to be said beside it."""
        self.others.extend(more.others)
        self.empty.extend(more.empty)

    def clear(self) -> None:
        """Begin anew."""
        self.others.clear()
        self.empty.clear()


_Sent: TypeAlias = "Batch | LeftOut | Remarks | None"


def import_files(
    store: Storage,
    paths: Sequence[str],
    options: ImportOptions,
    remarks: Remarks,
    *,
    url: str | None,
    progress: Callable[[Item], None],
) -> ImportSummary:
    """Store the conversations of files, each as a session of its own.

    Args:
        store: where to.
        paths: files, folders, ``-`` for stdin.
        options: how.
        remarks: what is to be said of the files is added to it.
        url: the store's, where another process may connect to it; None for DATABASE_URL.
        progress: called with each item that is stored or was there already.

    Raises:
        ConversationError: one cannot be read or stored; it is named by number and line.
        OSError: a file cannot be opened.
        StorageError: as ``Storage.transaction``.
    """
    storing = Storing(store, options, progress)
    done = 0
    if _is_worth_a_process(store, paths, options):
        with closing(_read_elsewhere(url, paths, options)) as sent:
            for given in sent:
                if given is None:
                    return storing.summary
                if isinstance(given, Remarks):
                    remarks.add(given)
                elif storing.take(given):
                    done += 1
                else:
                    break
        remarks.clear()
    with closing(read_ahead(_read(store, paths, options, remarks, done), store)) as batches:
        for batch in batches:
            storing.take(batch)
    return storing.summary


def _is_worth_a_process(store: Storage, paths: Sequence[str], options: ImportOptions) -> bool:
    if options.dry_run or options.id_key is not None or store._repository.scope is not None:
        return False  # they are stored one by one, of what only this process would have
    return bool(sys.executable) and (os.cpu_count() or 1) > 1 and (total_size(paths) or 0) >= LARGE


def _read(
    store: Storage, paths: Sequence[str], options: ImportOptions, remarks: Remarks, done: int = 0
) -> Generator[Batch | LeftOut, None, None]:
    """What is in files, behind the batches that are done."""
    items = read_sources(open_sources(paths, remarks.others.append), remarks.empty.append)
    with closing(read_batches(store, items, options)) as batches:
        yield from islice(batches, done, None)


def _read_elsewhere(
    url: str | None, paths: Sequence[str], options: ImportOptions
) -> Generator[_Sent, None, None]:
    """What is in files, without its content where rows are made of it; None behind all of it.

    It ends without that where the process does.
    """
    # No fork: this process may have threads and a connection. Nor multiprocessing, which would
    # have the caller's main module run once more.
    command = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import send; send()"
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # It may end between two things that it sends, or in the middle of one.
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            pickle.dump((url, paths, options), process.stdin)
            process.stdin.flush()
            while True:
                yield pickle.load(process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        with suppress(OSError):  # it did not read all of it
            process.stdin.close()


def send() -> None:
    """Read files for `_read_elsewhere`: what this process is there for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's: it is the other's to answer
    output, sys.stdout = sys.stdout.buffer, sys.stderr
    url, paths, options = pickle.load(sys.stdin.buffer)
    remarks = Remarks()

    def write(given: _Sent) -> None:
        for each in (remarks, given):
            pickle.dump(each, output, protocol=pickle.HIGHEST_PROTOCOL)
        output.flush()
        remarks.clear()

    # What goes wrong is met again by the other process, which reads on from there.
    with suppress(Exception), rarely_collecting(), agentstore.connect(url) as store:
        for batch in _read(store, paths, options, remarks):
            write(batch.as_rows() if isinstance(batch, Batch) else batch.as_text())
        write(None)
