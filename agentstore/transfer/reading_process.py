"""Large files of conversations, read by a process of their own while this one stores them.

To read a conversation, check it and make rows of it takes Python longer than a database takes to
store them. A thread would share the interpreter with what stores; a process takes a core of its
own. Where it ends early, for whatever reason, the files are read on here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection

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
        with closing(_read_elsewhere(url, paths, options)) as given:
            for batch in given:
                if isinstance(batch, Remarks):
                    remarks.others.extend(batch.others)
                    remarks.empty.extend(batch.empty)
                    return storing.summary
                if not storing.take(batch):
                    break
                done += 1
    with closing(read_ahead(_read(store, paths, options, remarks, done), store)) as batches:
        for here in batches:
            storing.take(here)
    return storing.summary


def _is_worth_a_process(store: Storage, paths: Sequence[str], options: ImportOptions) -> bool:
    if options.dry_run or options.id_key is not None or store._repository.scope is not None:
        return False  # they are stored one by one, of what only this process would have
    return (os.cpu_count() or 1) > 1 and (total_size(paths) or 0) >= LARGE


def _read(
    store: Storage, paths: Sequence[str], options: ImportOptions, remarks: Remarks, done: int = 0
) -> Generator[Batch | LeftOut, None, None]:
    """What is in files, behind the batches that are done."""
    items = read_sources(open_sources(paths, remarks.others.append), remarks.empty.append)
    with closing(read_batches(store, items, options)) as batches:
        yield from islice(batches, done, None)


def _read_elsewhere(
    url: str | None, paths: Sequence[str], options: ImportOptions
) -> Generator[Batch | LeftOut | Remarks, None, None]:
    """What is in files, without its content where rows are made of it; at their end the remarks.

    It ends without them where the process does.
    """
    # Not by a fork: this process has threads, and perhaps a connection.
    spawning = multiprocessing.get_context("spawn")
    receiver, sender = spawning.Pipe(duplex=False)
    process = spawning.Process(
        target=_send, args=(sender, url, paths, options), name="agentstore-reading", daemon=True
    )
    try:
        # It may not begin, and end between two things that it sends, or in the middle of one.
        with suppress(EOFError, OSError):
            process.start()
            sender.close()
            while True:
                yield receiver.recv()
    finally:
        sender.close()
        receiver.close()
        if process.pid is not None:
            process.terminate()
            process.join()


def _send(
    sender: Connection, url: str | None, paths: Sequence[str], options: ImportOptions
) -> None:
    """Read files, in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's: it is the other's to answer
    remarks = Remarks()
    # What goes wrong is met again by the other process, which reads on from there.
    with suppress(Exception), rarely_collecting(), agentstore.connect(url) as store:
        for batch in _read(store, paths, options, remarks):
            sender.send(batch.as_rows() if isinstance(batch, Batch) else batch)
        sender.send(remarks)
