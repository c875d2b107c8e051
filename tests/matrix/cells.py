"""What is run with what: oldest with oldest, newest with newest, and some mixed; not all pairs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Versions that are proven together.

    Attributes:
        name: by which it is chosen.
        python: as ``3.12``; None: what runs this, in its own environment, with the frameworks.
        drivers: ``lowest`` that pyproject.toml admits, or ``newest`` that there are.
        postgresql, mariadb: the Debian suites that they come from. MySQL is always sid's.
    """

    name: str
    python: str | None
    drivers: str
    postgresql: str
    mariadb: str


CELLS = {
    cell.name: cell
    for cell in (
        Cell("oldest", "3.10", "lowest", postgresql="bookworm", mariadb="bookworm"),
        Cell("make-test", None, "newest", postgresql="bookworm", mariadb="bookworm"),
        Cell("mixed", "3.12", "lowest", postgresql="trixie", mariadb="trixie"),
        Cell("recent", "3.13", "newest", postgresql="trixie", mariadb="trixie"),
        Cell("newest", "3.14", "newest", postgresql="sid", mariadb="sid"),
    )
}


@dataclass(frozen=True)
class Part:
    """Some of the tests.

    Attributes:
        name: by which it is chosen.
        paths: what pytest is given, from the checkout.
        chosen: its -k.
        cells: where it runs; empty: everywhere.
    """

    name: str
    paths: tuple[str, ...]
    chosen: str = ""
    cells: tuple[str, ...] = ()


PARTS = {
    part.name: part
    for part in (
        Part("conformance", ("tests/test_conformance.py",)),
        Part("plans", ("tests/sql/test_plans.py",)),
        Part(
            "schema",
            (
                "tests/test_schema_concurrency.py",
                "tests/test_schema_kill.py",
                "tests/test_schema_migrate.py",
                "tests/test_schema_status.py",
                "tests/test_schema_yoyo.py",
                "tests/test_upgrade.py",
            ),
        ),
        # Passwords, TLS and what a server's own settings change differ from version to version.
        Part(
            "logins",
            (
                "tests/test_character_sets.py",
                "tests/test_mysql_accounts.py",
                "tests/test_mysql_login.py",
                "tests/test_postgresql_login.py",
                "tests/test_refusals.py",
                "tests/test_server_settings.py",
                "tests/test_tls.py",
            ),
        ),
        # By the databases' own programs, of the same version as the server.
        Part("backups", ("tests/test_page_blocks.py",), chosen="on_its_databases and backup"),
        Part("faults", ("tests/faults",)),
        # Shells, GRANTs, the drift of texts, files, the command line and the frameworks: what
        # `make test` leaves out of MySQL.
        Part(
            "above",
            (
                "tests/command_line",
                "tests/import_prisma",
                "tests/integrations",
                "tests/sql/test_grants.py",
                "tests/sql/test_sql_in_shells.py",
                "tests/test_compat.py",
                "tests/test_import_export.py",
                "tests/test_real_conversations.py",
                "tests/test_doctor.py",
            ),
            chosen="mysql",
            cells=("make-test",),
        ),
    )
}
