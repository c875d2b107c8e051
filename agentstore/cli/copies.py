"""copy, dump and restore: a store in another database, or in a file."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.filters import metadata_options
from agentstore.cli.output import (
    counted,
    is_followed,
    is_terminal,
    note,
    visible,
    write_json,
    write_line,
    write_table,
)
from agentstore.errors import InvalidInputError
from agentstore.model.values import check_id
from agentstore.storage import Storage
from agentstore.transfer import copying
from agentstore.transfer.conversation_files import replacing
from agentstore.transfer.copying import (
    ArchiveSource,
    Key,
    Problem,
    Reports,
    Selection,
    Source,
    StoreSource,
    compare_rows,
    copy_rows,
    dump_rows,
    open_source,
)

NOT_ALL = 1
_MISSING = "it is not there"

_Function = TypeVar("_Function", bound=Callable[..., Any])

_verify_option = click.option(
    "--verify", is_flag=True, help="Only compare; what is missing or differs is listed."
)


def _selection_options(function: _Function) -> _Function:
    """``--tenant``, ``--user`` and ``metadata_options``."""
    for option in (
        metadata_options,
        click.option("--user", "user_id", metavar="ID", help="Only this user's sessions."),
        click.option("--tenant", "tenant_id", metavar="ID", help="Only this tenant's sessions."),
    ):
        function = option(function)
    return function


@click.command()
@click.argument("source_url", metavar="SOURCE_URL", envvar="SOURCE_DATABASE_URL")
@click.argument("target_url", metavar="TARGET_URL", envvar="TARGET_DATABASE_URL")
@_selection_options
@_verify_option
@json_option
@click.pass_context
def copy(  # noqa: PLR0917 - one an option
    ctx: click.Context,
    source_url: str,
    target_url: str,
    tenant_id: str | None,
    user_id: str | None,
    metadata: list[Mapping[str, Any]],
    verify: bool,
    as_json: bool,
) -> None:
    """Copy the store at SOURCE_URL to the one at TARGET_URL, with nothing lost.

    Ids, positions, times, states, the trash, confirmations, holds, receipts and what adapters keep
    stay as they are. The source may be in use: what is copied is as it was at one moment. The
    target has to be migrated first (agentstore migrate). What is there already and equal is passed
    over, so a copy that was interrupted can be run again; another row of the same key is listed on
    stderr and left as it is, and the exit code is 1. In the end all is compared.

    URLs with passwords belong in the environment's SOURCE_DATABASE_URL and TARGET_DATABASE_URL.
    """
    selection = _selection(tenant_id, user_id, metadata)
    source_database, target_database = Database(source_url), Database(target_url)
    with source_database.connect_whole() as source_store, target_database.connect_whole() as store:
        source = open_source(source_store, selection, counts=is_followed())
        with _progress() as progress:
            extra = None
            if verify:
                differing: set[tuple[str, Key]] = set()
                reports = compare_rows(source, store, progress=progress, tell=_telling(differing))
                # As this version sees it: it may have columns of a newer one besides.
                there = StoreSource(store, selection, counts=is_followed())
                extra = _tell_extra(there, source_store, progress, differing)
            else:
                reports = copy_rows(source, store, progress=progress, tell=_tell)
    _end(ctx, reports, as_json=as_json, extra=extra)


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    metavar="FILE",
    help="Where to, gzip where it ends in .gz; FILE changes only when all is written. "
    "[default: stdout]",
)
@_selection_options
@json_option
@database_option
def dump(
    database: Database,
    *,
    output: Path,
    tenant_id: str | None,
    user_id: str | None,
    metadata: list[Mapping[str, Any]],
    as_json: bool,
) -> None:
    """Write a whole store to FILE, for restore, with nothing lost.

    The store may be in use: what is written is as it was at one moment. --json reports on a dump
    to a FILE. For other programs' forms see export.
    """
    selection = _selection(tenant_id, user_id, metadata)
    to_stdout = str(output) == "-"
    target = nullcontext(sys.stdout.buffer) if to_stdout else replacing(output)
    hidden = to_stdout and is_terminal()
    with database.connect_whole() as store, target as raw, _progress(hidden=hidden) as progress:
        with _packing(cast(BinaryIO, raw), packs=output.name.endswith(".gz")) as file:
            counts = is_followed() and not hidden
            reports = dump_rows(store, file, selection, progress=progress, counts=counts)
        raw.flush()
    if to_stdout:
        return
    if as_json:
        tables = {
            name: {"rows": report.read.count, "checksum": report.read.text}
            for name, report in reports.items()
        }
        write_json({"file": str(output), "tables": tables})
    else:
        rows = sum(report.read.count for report in reports.values())
        sessions = counted(reports["sessions"].read.count, "session")
        write_line(f"wrote {sessions} ({counted(rows, 'row')}) to {output}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_verify_option
@json_option
@database_option
@click.pass_context
def restore(
    ctx: click.Context, database: Database, *, file: Path, verify: bool, as_json: bool
) -> None:
    """Store what is in FILE, which dump has written, with nothing lost.

    The database has to be migrated first (agentstore migrate). What is there already and equal is
    passed over, so a restore that was interrupted can be run again; another row of the same key is
    listed on stderr and left as it is, and the exit code is 1. In the end all is compared. For
    conversations in other programs' forms see import.
    """
    with database.connect_whole() as store, _progress() as progress:
        run = compare_rows if verify else copy_rows
        reports = run(ArchiveSource(file), store, progress=progress, tell=_tell)
    _end(ctx, reports, as_json=as_json)


def _selection(
    tenant_id: str | None, user_id: str | None, metadata: list[Mapping[str, Any]]
) -> Selection:
    try:
        for name, value in (("--tenant", tenant_id), ("--user", user_id)):
            if value is not None:
                check_id(value, name)
    except InvalidInputError as exc:
        raise click.UsageError(str(exc)) from exc
    first, *others = metadata
    return Selection(tenant_id, user_id, first, tuple(others))


def _tell(problem: Problem) -> None:
    note(f"not the same: {visible(str(problem))}")


def _telling(differing: set[tuple[str, Key]]) -> Callable[[Problem], None]:
    """As `_tell`; notes which rows differ."""

    def tell(problem: Problem) -> None:
        if problem.reason != _MISSING:
            differing.add((problem.table, problem.key))
        _tell(problem)

    return tell


def _tell_extra(
    source: Source,
    store: Storage,
    progress: copying.Progress,
    differing: Container[tuple[str, Key]],
) -> int:
    """List what of a store another one lacks, or has otherwise; says how many rows they are.

    Args:
        source: the store.
        store: the other one.
        progress: as in `compare_rows`.
        differing: what is listed already. Of a part there may be more: a row that is chosen for
            what the target has in it, and not for what the source has.
    """
    extra = 0

    def tell(problem: Problem) -> None:
        nonlocal extra
        if (problem.table, problem.key) in differing:
            return
        extra += 1
        reason = "only the target has it"
        if problem.reason != _MISSING:
            reason = f"only the target's is of this part: {problem.reason}"
        _tell(Problem(problem.table, problem.key, reason))

    compare_rows(source, store, progress=progress, tell=tell)
    return extra


def _end(ctx: click.Context, reports: Reports, *, as_json: bool, extra: int | None = None) -> None:
    """Write what has become of it, and exit with 1 where it is not all.

    Args:
        ctx: the command's.
        reports: what was read and found, by table.
        as_json: whether to write JSON.
        extra: how many rows only the target has; None where nobody looked for them.
    """
    if as_json:
        write_json(
            {
                "equal": all(report.is_equal for report in reports.values()) and not extra,
                "only_in_target": extra,
                "tables": {
                    name: {
                        "read": report.read.count,
                        "stored": report.stored,
                        "present": report.present,
                        "refused": report.refused,
                        "checksum": report.read.text,
                        "found": report.found.count,
                        "found_checksum": report.found.text,
                    }
                    for name, report in reports.items()
                },
            }
        )
    else:
        write_table(
            ("table", "read", "stored", "present", "refused", "found", "checksum", "equal"),
            [
                (
                    name,
                    str(report.read.count),
                    str(report.stored),
                    str(report.present),
                    str(report.refused),
                    str(report.found.count),
                    report.found.text[:16],
                    "yes" if report.is_equal else "no",
                )
                for name, report in reports.items()
            ],
        )
    if extra or not all(report.is_equal for report in reports.values()):
        ctx.exit(NOT_ALL)


@contextmanager
def _packing(file: BinaryIO, *, packs: bool) -> Iterator[BinaryIO]:
    """A file that packs what is written to it, where it shall."""
    if not packs:
        yield file
        return
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        yield cast(BinaryIO, packed)


@contextmanager
def _progress(*, hidden: bool = False) -> Iterator[copying.Progress]:
    """What is being done, to how many rows, and the time left where it is known, on a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=hidden or not is_followed(),
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def note_rows(done: str, table: str, rows: int, share: float | None) -> None:
            if done not in tasks:
                # A pass has a speed of its own, and the one before is over.
                for task in tasks.values():
                    bars.update(task, visible=False)
                tasks[done] = bars.add_task("", total=None, visible=False)
            bars.update(
                tasks[done],
                description=f"{done} {table}: {counted(rows, 'row')}",
                total=None if share is None else 1,
                completed=share or 0,
                visible=True,
            )

        yield note_rows
