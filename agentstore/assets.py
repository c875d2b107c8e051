"""Where the SQL files and the migrations of the built-in dialects lie.

In an installed package they are beside this file; in a checkout (or an editable install,
where hatchling's force-include does not reach) they are beside the package.
"""

from __future__ import annotations

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


def _folder(kind: str, dialect: str) -> Path:
    installed = _PACKAGE / kind / dialect
    if installed.is_dir():
        return installed
    checkout = _PACKAGE.parent / kind / dialect
    # Without the pyproject.toml this could be a stranger's site-packages/sql.
    if (_PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    raise ConfigurationError(f"the {kind} files are neither in {installed} nor in {checkout}")
