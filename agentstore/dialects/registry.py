"""The dialect registry: from the scheme of a DATABASE_URL to a repository class.

Looked up in this order: what `register_dialect` was given, the built-in dialects, the
entry-point group ``agentstore.dialects``. Nothing is imported before it is asked for, so a
driver that is not installed costs nothing until then. (The idea: SQLAlchemy's PluginLoader.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentstore.assets import migrations_path
from agentstore.errors import ConfigurationError
from agentstore.statements import StatementLibrary

if TYPE_CHECKING:
    from agentstore.dialects.repository import Repository

ENTRY_POINT_GROUP = "agentstore.dialects"


@dataclass(frozen=True, slots=True)
class _BuiltIn:
    """A dialect of ours: where its class is, and what its driver is called."""

    module: str
    class_name: str
    driver: str
    extra: str


_SQLITE = _BuiltIn("agentstore.dialects.sqlite.repository", "SQLiteRepository", "sqlite3", "")
_POSTGRESQL = _BuiltIn(
    "agentstore.dialects.postgresql.repository", "PostgreSQLRepository", "psycopg", "postgresql"
)
_MYSQL = _BuiltIn("agentstore.dialects.mysql.repository", "MySQLRepository", "pymysql", "mysql")

_BUILT_IN = {
    "sqlite": _SQLITE,
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    "postgresql+psycopg": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "mysql+pymysql": _MYSQL,
    "mariadb+pymysql": _MYSQL,
}
_OURS = frozenset({"sqlite", "postgresql", "mysql"})
_registered: dict[str, type[Repository]] = {}


def register_dialect(scheme: str, repository_class: type[Repository]) -> None:
    """Serve the URLs of a scheme with a repository class, in this process.

    Args:
        scheme: what stands before ``://``; letters, digits, ``+``, ``-`` and ``.``. One that
            is known already is served by the new class from now on.
        repository_class: a subclass of `agentstore.repositories.Repository`.

    Raises:
        ConfigurationError: the scheme is no scheme, or the class is not a class.
    """
    if not isinstance(scheme, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.\-]*", scheme):
        raise ConfigurationError(f"{scheme!r} cannot be the scheme of a URL")
    if not isinstance(repository_class, type):
        raise ConfigurationError("register_dialect takes a repository class")
    _registered[scheme.lower()] = repository_class


def repository_class(scheme: str) -> type[Repository]:
    """The repository class that serves a scheme.

    Raises:
        ConfigurationError: nobody serves it (the known schemes are listed), or its driver is
            not installed (the command that installs it is given).
    """
    if scheme in _registered:
        return _registered[scheme]
    if scheme in _BUILT_IN:
        return _load(_BUILT_IN[scheme])
    for entry_point in _entry_points():
        if entry_point.name == scheme:
            return _load_entry_point(entry_point)
    known = known_schemes()
    # Another driver's name, as SQLAlchemy spells it, or a slip of the pen.
    bare = scheme.partition("+")[0]
    near = [bare] if bare in known else get_close_matches(scheme, known, n=1)
    hint = f" (did you mean {near[0]}://?)" if near else ""
    raise ConfigurationError(
        f"no dialect serves URLs that begin with {scheme}://{hint}; known are "
        + ", ".join(f"{each}://" for each in known)
    )


def repository_class_for(connection: Any) -> type[Repository]:
    """The repository class that works on an open driver connection.

    Raises:
        ConfigurationError: there is none.
    """
    # The most special class first: a driver of its own may be derived from another one.
    packages = dict.fromkeys(cls.__module__.partition(".")[0] for cls in type(connection).__mro__)
    packages.pop("builtins", None)
    for package in packages:
        found = _class_of_driver(package)
        if found is not None:
            return found
    hint = ""
    if "django" in packages:
        hint = "; of Django's, bind(connection.connection) after connection.ensure_connection()"
    raise ConfigurationError(
        "bind takes an open psycopg.Connection, pymysql.Connection or sqlite3.Connection, "
        f"not {type(connection).__module__}.{type(connection).__qualname__}{hint}"
    )


def _class_of_driver(package: str) -> type[Repository] | None:
    """The repository class whose driver's connections come from a package; None where none is."""
    for registered in _registered.values():
        if registered.driver_module == package:
            return registered
    for built_in in (_SQLITE, _POSTGRESQL, _MYSQL):
        if built_in.driver == package:
            return _load(built_in)
    for entry_point in _entry_points():
        loaded = _load_entry_point(entry_point)
        if loaded.driver_module == package:
            return loaded
    return None


def load_statements(dialect: str) -> StatementLibrary:
    """The statements of a dialect, by its name or by a scheme that it serves.

    Raises:
        ConfigurationError: no such dialect, its driver is missing, or a file is broken.
    """
    return repository_class(dialect).statement_library()


def migrations_folder(dialect: str) -> Path:
    """The folder of a dialect's migrations, by its name or by a scheme that it serves.

    Raises:
        ConfigurationError: as `repository_class`; of a dialect of ours, by its name, no driver is
            needed.
    """
    if dialect in _OURS:
        return migrations_path(dialect)
    return repository_class(dialect).migrations_path()


def known_schemes() -> list[str]:
    """All schemes that are served, sorted."""
    return sorted({*_registered, *_BUILT_IN, *(e.name for e in _entry_points())})


def dialect_of(url: str) -> str:
    """The name of the dialect that serves a URL: 'sqlite', 'postgresql', 'mysql', ….

    Raises:
        ConfigurationError: as `repository_class`.
    """
    scheme, separator, _ = url.partition("://")
    if not separator:
        raise ConfigurationError("the database URL has no scheme://")
    return repository_class(scheme.lower()).dialect


def _entry_points() -> list[EntryPoint]:
    return list(entry_points(group=ENTRY_POINT_GROUP))


def _load(built_in: _BuiltIn) -> type[Repository]:
    try:
        module = import_module(built_in.module)
    except ImportError as exc:
        # Only the driver may be missing; an error inside our own module is a bug to show.
        missing = (exc.name or built_in.driver).partition(".")[0]
        if missing not in (built_in.driver, f"{built_in.driver}_binary", f"{built_in.driver}_c"):
            raise
        raise ConfigurationError(
            f"the driver {built_in.driver} is not installed: "
            f'pip install "agentstore[{built_in.extra}]"'
        ) from exc
    loaded: type[Repository] = getattr(module, built_in.class_name)
    return loaded


def _load_entry_point(entry_point: EntryPoint) -> type[Repository]:
    try:
        loaded: type[Repository] = entry_point.load()
    except ImportError as exc:
        raise ConfigurationError(
            f"the dialect {entry_point.name} ({entry_point.value}) cannot be imported: {exc}"
        ) from exc
    return loaded
