"""Copies, dumps and restores from beginning to end, and comparisons of two stores."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from typing import BinaryIO, NamedTuple

from agentstore.errors import SchemaError
from agentstore.storage import Storage
from agentstore.transfer.copying.archive import ArchiveSource, ArchiveWriter
from agentstore.transfer.copying.pages import Checksum, Page, Problem, Reports, TableReport
from agentstore.transfer.copying.reading import Source, StoreSource
from agentstore.transfer.copying.selection import EVERYTHING, Selection
from agentstore.transfer.copying.tables import TABLES
from agentstore.transfer.copying.writing import Named, StoreTarget
from agentstore.transfer.read_ahead import read_ahead

Progress = Callable[[str, str, int, "float | None"], None]
"""Called with what is done ("copied", "compared"), a table's name, how many of its rows, and what
share (0 to 1) of all rows is copied or compared by now; None where nobody knows."""


def _silent(done: str, table: str, rows: int, share: float | None) -> None:
    """A progress that nobody follows."""


def copy_rows(
    source: Source,
    store: Storage,
    *,
    progress: Progress = _silent,
    tell: Callable[[Problem], None] = lambda problem: None,
) -> Reports:
    """Store all that a source has, then compare it with what is there.

    It can be ended at any moment and begun again: what is there already is passed over.

    Args:
        source: a store or an archive.
        store: where to; it may be in use.
        progress: called after each page.
        tell: called with each row that was not taken.

    Returns:
        What has become of the rows, by table.

    Raises:
        StorageError: as every call of a store; what was stored until then stays. Inside a
            transaction(), and of a bound store, at once.
        SchemaError: the store lacks migrations.
        InvalidInputError: the archive is of a newer version, changed or cut off, or cannot be read
            twice, which is found before anything is stored.
    """
    if isinstance(source, ArchiveSource):
        source.check_can_be_read_again()
    target = StoreTarget(store)
    _check_schema(store, "the target")
    reports = _new_reports()
    rows = compared = 0
    reading = _read(source, source.snapshot(), target.prepare, twice=True)
    with closing(read_ahead(reading, store)) as pages:
        for page, named, checksum, share, is_again in pages:
            report = reports[page.table.name]
            if is_again:
                report.found.add(page.table, target.find(page))
                compared += len(page.rows)
                progress("compared", page.table.name, report.found.count, compared / max(rows, 1))
            else:
                report.read.merge(checksum)
                target.write(page, named, report, tell)
                rows += len(page.rows)
                progress("copied", page.table.name, report.read.count, share)
    return reports


def dump_rows(
    store: Storage,
    file: BinaryIO,
    selection: Selection = EVERYTHING,
    *,
    progress: Progress = _silent,
    counts: bool = False,
) -> Reports:
    """Write a store to an archive.

    Args:
        store: the store; it may be in use.
        file: where to, open for bytes.
        selection: which sessions.
        progress: called after each page.
        counts: as in `open_source`.

    Raises:
        StorageError: as every call of a store.
        SchemaError: the store lacks migrations, or has some of a newer version.
    """
    source = open_source(store, selection, counts=counts)
    reports = _new_reports()
    archive = ArchiveWriter(file, selection)
    with source.snapshot():
        for page in source.pages():
            report = reports[page.table.name]
            report.read.add(page.table, page.rows)
            archive.write(page)
            report.stored += len(page.rows)
            progress("written", page.table.name, report.stored, source.share())
    archive.end(reports)
    return reports


def compare_rows(
    source: Source,
    store: Storage,
    *,
    progress: Progress = _silent,
    tell: Callable[[Problem], None] = lambda problem: None,
) -> Reports:
    """Look for each row of a source in a store; nothing is written.

    Args:
        source: a store or an archive.
        store: the other store.
        progress: called after each page.
        tell: called with each row that is missing or another one.

    Raises:
        StorageError: as every call of a store.
    """
    target = StoreTarget(store)
    reports = _new_reports()
    with closing(read_ahead(_read(source, source.snapshot()), store)) as pages:
        for page, _, checksum, share, _ in pages:
            report = reports[page.table.name]
            report.read.merge(checksum)
            _compare(page, target, report, tell)
            progress("compared", page.table.name, report.read.count, share)
    return reports


def open_source(
    store: Storage, selection: Selection = EVERYTHING, *, counts: bool = False
) -> StoreSource:
    """A store as a source.

    Args:
        store: the store.
        selection: which sessions.
        counts: count a whole store's rows now, so that progress knows what share is done.

    Raises:
        SchemaError: it lacks migrations, or has some of a newer version, whose columns would be
            left behind.
    """
    _check_schema(store, "the source")
    if unknown := store.schema_status().unknown:
        raise SchemaError(
            f"the source has migrations of a newer agentstore ({', '.join(unknown)}): "
            "copy it with that one"
        )
    return StoreSource(store, selection, counts=counts)


class _Read(NamedTuple):
    """A page as it was read.

    Attributes:
        page: the page.
        named: what was prepared of it; nothing where it was read before.
        checksum: its rows'; of none where it was read before.
        share: of the source that is read by then.
        is_again: whether it was read before.
    """

    page: Page
    named: Named
    checksum: Checksum
    share: float | None
    is_again: bool


def _read(
    source: Source,
    snapshot: AbstractContextManager[None],
    prepare: Callable[[Page], Named] = lambda page: (),
    *,
    twice: bool = False,
) -> Generator[_Read, None, None]:
    """All pages of a source, once or twice, as they are at one moment.

    Args:
        source: the source.
        snapshot: its own, not yet entered: it is left by the thread that enters it.
        prepare: makes of a page what is stored.
        twice: whether all come a second time.
    """
    with snapshot:
        for page in source.pages():
            checksum = Checksum()
            checksum.add(page.table, page.rows)
            yield _Read(page, prepare(page), checksum, source.share(), is_again=False)
        if twice:
            for page in source.pages():
                yield _Read(page, (), Checksum(), source.share(), is_again=True)


def _compare(
    page: Page, target: StoreTarget, report: TableReport, tell: Callable[[Problem], None]
) -> None:
    table = page.table
    found = {table.key_of(row): row for row in target.find(page)}
    report.found.add(table, found.values())
    for row in page.rows:
        key = table.key_of(row)
        if key not in found:
            tell(Problem(table.name, key, "it is not there"))
        elif found[key] != row:
            differing = ", ".join(table.differing(row, found[key]))
            tell(Problem(table.name, key, f"it differs in {differing}"))
        else:
            report.present += 1
            continue
        report.refused += 1


def _new_reports() -> Reports:
    return {table.name: TableReport() for table in TABLES}


def _check_schema(store: Storage, role: str) -> None:
    if pending := store.schema_status().pending:
        raise SchemaError(
            f"{role} lacks migrations ({', '.join(pending)}): run agentstore migrate on it"
        )
