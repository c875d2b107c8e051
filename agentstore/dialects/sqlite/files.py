"""The files that SQLite's databases are in."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode

from agentstore.dialects.url import DatabaseURL
from agentstore.engine.interruption import is_of_handler


def identity(path: str) -> tuple[int, int] | None:
    """Which file is at a path; None where there is none."""
    try:
        status = os.stat(path)
    except OSError as exc:
        if is_of_handler(exc):
            raise
        return None
    return status.st_dev, status.st_ino


def is_made_anew(url: DatabaseURL) -> bool:
    """Whether SQLite would make the file where there is none, and in the file system's own way."""
    return url.query.get("mode", "rwc") == "rwc" and not url.query.keys() & {"vfs", "immutable"}


def make_private(path: str) -> None:
    """Make a database file that is its owner's alone; SQLite gives -wal and -shm the same mode."""
    # What stands in the way, SQLite says better; a file that is there is as its owner wants it.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as exc:
        if is_of_handler(exc):
            raise


def sync_log(path: str) -> None:
    """Have on the disk what is in a database's write-ahead log, where it has one.

    SQLite has no locks on that file, which to close it here would end.
    """
    try:
        log = os.open(f"{path}-wal", os.O_RDWR)
    except FileNotFoundError:
        return  # who closed the database last has carried it over
    try:
        os.fsync(log)
    finally:
        os.close(log)


def file_uri(path: str, url: DatabaseURL) -> str:
    """How SQLite is told of a file and of what the URL says of it."""
    query = urlencode(dict(url.query))
    # A folder may have a name that is not UTF-8.
    return f"file:{quote(path, errors='surrogateescape')}" + (f"?{query}" if query else "")
