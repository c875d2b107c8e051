"""A store in a file: JSON lines, gzip where the file's name ends in .gz. See docs/copies.md.

The first line says what it is and in which version, each further one is a row, and the last has
the counts and checksums of all rows, by which a file that was cut off or changed is known.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from agentstore.errors import InvalidInputError
from agentstore.transfer.copying.pages import Checksum, Page, Reports, paged
from agentstore.transfer.copying.selection import Selection
from agentstore.transfer.copying.tables import BY_NAME, TABLES, Table, Values
from agentstore.transfer.copying.values import decode_row, encode_row

VERSION = 1
"""Of the form; a file of a newer one is refused."""

_MARK = "store"
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)


class ArchiveWriter:
    """Writes an archive.

    Args:
        file: where to, open for bytes.
        selection: what of the store it has.
    """

    def __init__(self, file: BinaryIO, selection: Selection) -> None:
        self._file = file
        self._write(
            {
                "agentstore": _MARK,
                "version": VERSION,
                "tenant_id": selection.tenant_id,
                "user_id": selection.user_id,
                "metadata": dict(selection.metadata),
            }
        )

    def write(self, page: Page) -> None:
        """Write a page's rows."""
        table = page.table
        for row in page.rows:
            self._write({"table": table.name, "row": encode_row(table, row)})

    def end(self, reports: Reports) -> None:
        """Write the last line."""
        self._write({"end": {name: _summary(report.read) for name, report in reports.items()}})

    def _write(self, line: Any) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        # A lone surrogate becomes JSON's own escape of it.
        self._file.write(text.encode("utf-8", "backslashreplace") + b"\n")


class ArchiveSource:
    """An archive, as the source of a copy.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._share: float | None = None

    def check_can_be_read_again(self) -> None:
        """Refuse what is gone once it is read.

        Raises:
            InvalidInputError: it is a pipe or another thing that is no file.
        """
        if self._path.exists() and not self._path.is_file():
            raise InvalidInputError(
                f"{self._path} is no file, and an archive is read twice, the second time to "
                "compare it with what was stored: save it to a file first, and restore that"
            )

    def snapshot(self) -> AbstractContextManager[None]:
        """Nothing: a file stays as it is."""
        return nullcontext()

    def pages(self) -> Iterator[Page]:
        """All rows, as they stand in the file.

        Raises:
            InvalidInputError: it is no archive, of a newer version, changed or cut off; what
                comes before the place that tells is read all the same.
            OSError: it cannot be read.
        """
        with self._path.open("rb") as raw:
            is_packed = self._path.name.endswith(".gz")
            file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_packed else raw
            size = os.fstat(raw.fileno()).st_size
            for page in _Lines(file, self._path.name).pages():
                self._share = raw.tell() / size if size else None
                yield page

    def share(self) -> float | None:
        """What share of the file's bytes is read; None before the first page, and of a pipe."""
        return self._share


class _Lines:
    """The lines of an archive that is open."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._number = 0
        self._next: Any = None
        self._checksums = {table.name: Checksum() for table in TABLES}

    def pages(self) -> Iterator[Page]:
        """The rows, in pages."""
        self._read_header()
        self._next = self._read()
        while "end" not in self._next:
            table = self._table(self._next)
            for page in paged(table, self._rows(table)):
                self._checksums[table.name].add(table, page.rows)
                yield page
        self._check_end()
        expected = {name: _summary(checksum) for name, checksum in self._checksums.items()}
        if self._next["end"] != expected:
            raise self._wrong("the rows do not have the checksums of the last line")

    def _rows(self, table: Table) -> Iterator[Values]:
        """The rows of one table that follow each other."""
        while "end" not in self._next and self._table(self._next) is table:
            try:
                row = decode_row(table, self._next.get("row"))
            except InvalidInputError as error:
                raise self._wrong(str(error)) from error
            yield row
            self._next = self._read()

    def _read_header(self) -> None:
        try:
            header = self._read()
        except InvalidInputError:
            header = {}
        if header.get("agentstore") != _MARK:
            raise InvalidInputError(f"{self._name} is no archive of agentstore dump")
        version = header.get("version")
        if type(version) is not int or not 1 <= version <= VERSION:
            raise InvalidInputError(
                f"{self._name} has version {version} of the archive's form, and this agentstore "
                f"knows {VERSION}: restore it with a newer agentstore"
            )

    def _table(self, line: dict[str, Any]) -> Table:
        name = line.get("table")
        table = BY_NAME.get(name) if isinstance(name, str) else None
        if table is None:
            raise self._wrong(f"there is no table {name!r}")
        return table

    def _read(self) -> dict[str, Any]:
        self._number += 1
        try:
            text = self._file.readline()
        except _DAMAGED as error:
            raise self._wrong("it is cut off or damaged") from error
        if not text.endswith(b"\n"):
            raise self._wrong("it is cut off: there is no last line with checksums")
        try:
            line = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._wrong("this is no JSON") from error
        if not isinstance(line, dict):
            raise self._wrong("this is no object")
        return line

    def _check_end(self) -> None:
        try:
            is_over = not self._file.read(1)
        except _DAMAGED as error:
            raise self._wrong("it is cut off or damaged") from error
        if not is_over:
            raise self._wrong("there is more behind the last line")

    def _wrong(self, what: str) -> InvalidInputError:
        return InvalidInputError(f"{self._name}, line {self._number}: {what}")


def _summary(checksum: Checksum) -> dict[str, Any]:
    return {"count": checksum.count, "checksum": checksum.text}
