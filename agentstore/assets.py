"""Where the SQL files and the migrations of the built-in dialects lie.

In an installed package they are beside this file; in a checkout (or an editable install,
where hatchling's force-include does not reach) they are beside the package.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agentstore.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent


def sql_path(dialect: str) -> Path:
    """The folder of a built-in dialect's statements.

    Raises:
        ConfigurationError: it is not where it should be.
    """
    return _folder("sql", dialect)


def migrations_path(dialect: str) -> Path:
    """The folder of a built-in dialect's yoyo migrations.

    Raises:
        ConfigurationError: it is not where it should be.
    """
    return _folder("migrations", dialect)


@cache
def _folder(kind: str, dialect: str) -> Path:
    installed = _PACKAGE / kind / dialect
    if _is_there(installed):
        return installed
    checkout = _PACKAGE.parent / kind / dialect
    # Without the pyproject.toml this could be a stranger's site-packages/sql.
    if _is_there(_PACKAGE.parent / "pyproject.toml") and _is_there(checkout):
        return checkout
    raise ConfigurationError(f"the {kind} files are neither in {installed} nor in {checkout}")


def _is_there(path: Path) -> bool:
    # Path.exists() takes whatever OSError a signal's handler raises for a no.
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
