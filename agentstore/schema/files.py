"""A folder of yoyo migrations: which are in it, and yoyo's own objects for them.

yoyo's ``read_migrations`` takes a glob, says nothing of a folder that is missing, and keeps
all migrations of the process in one registry by file name, where those of two dialects, or of
two threads, meet. Here each folder is read on its own.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentstore.errors import ConfigurationError

if TYPE_CHECKING:
    from yoyo.migrations import Migration, MigrationList  # type: ignore[import-untyped]

_POST_APPLY = "post-apply"
_EDITOR_FILES = "_tmp_yoyonew"


def migration_names(folder: Path) -> list[str]:
    """The names of a folder's migrations, in the order in which they are applied.

    Args:
        folder: where their files are.

    Raises:
        ConfigurationError: there is no such folder, or no migration in it.
    """
    return [path.stem for path in _files(folder) if not path.name.startswith(_POST_APPLY)]


def read_folder(folder: Path) -> MigrationList:
    """yoyo's migrations of a folder, loaded.

    Args:
        folder: where their files are.

    Raises:
        ConfigurationError: there is no such folder, no migration in it, or one that yoyo
            cannot load.
    """
    # Here, as only a migrator should pay the tenth of a second that yoyo takes to import.
    from yoyo import exceptions  # type: ignore[import-untyped] # noqa: PLC0415
    from yoyo.migrations import (  # noqa: PLC0415
        Migration,
        MigrationList,
        PostApplyHookMigration,
        topological_sort,
    )

    registry: dict[str, Migration] = {}
    migrations: list[Migration] = []
    hooks: list[Migration] = []
    for path in _files(folder):
        is_hook = path.name.startswith(_POST_APPLY)
        migration = _migration(PostApplyHookMigration if is_hook else Migration, path, registry)
        (hooks if is_hook else migrations).append(migration)
    try:
        for migration in [*migrations, *hooks]:
            migration.load()
        return MigrationList(topological_sort(migrations), hooks)
    except (exceptions.BadMigration, KeyError) as exc:
        raise ConfigurationError(f"the migrations in {folder} cannot be loaded: {exc}") from exc


def _migration(cls: Any, path: Path, registry: dict[str, Migration]) -> Migration:
    """A migration that looks up what it depends on in its own folder."""
    migration = cls.__new__(cls)
    # Stands in front of the class's attribute, which is the registry of the whole process.
    migration._Migration__all_migrations = registry
    migration.__init__(path.stem, str(path), str(path.parent))
    return migration


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_file(path: Path) -> bool:
    # Path.is_file() takes whatever OSError a signal's handler raises for a no.
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False  # where a link leads


def _files(folder: Path) -> list[Path]:
    names = sorted(
        path.name
        for path in _entries(folder)
        if path.suffix in (".sql", ".py")
        and _is_file(path)
        and not path.name.endswith(".rollback.sql")
        and not path.name.startswith(_EDITOR_FILES)
    )
    if not names:
        raise ConfigurationError(f"there are no migrations in {folder}")
    return [folder / name for name in names]
