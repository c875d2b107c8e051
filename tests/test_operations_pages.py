"""What the pages on operations say, beyond their blocks: schedules, rollbacks, kinds of updates."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped] # sqlfluff brings it along
from click.testing import CliRunner
from schema_databases import SchemaDatabase

import agentstore
from agentstore.cli.app import cli
from agentstore.testing import Backend

CHECKOUT = Path(__file__).parent.parent
PAGE = (CHECKOUT / "docs" / "operations" / "retention.md").read_text(encoding="utf-8")
EXAMPLE = CHECKOUT / "examples" / "retention.toml"

UPDATES_OF_THE_TRANSACTION = """
    SELECT pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid)
    FROM pg_class
    WHERE relname = 'agentstore_sessions'
"""
"""How many there were, and how many of them touched no index."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def command_lines() -> list[list[str]]:
    """The commands of the schedule and of the pod."""
    [cron] = blocks("cron")
    [job] = map(yaml.safe_load, blocks("yaml"))
    [container] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return [shlex.split(cron)[5:], container["command"]]


def test_its_policy_is_the_example() -> None:
    assert blocks("toml") == [EXAMPLE.read_text(encoding="utf-8")]
    policy = agentstore.RetentionPolicy.read(EXAMPLE)
    assert {rule.action for rule in policy.rules} == {"keep", "trash", "delete"}


def test_its_keys_are_all() -> None:
    from agentstore.retention.policy_file import _KEYS  # noqa: PLC0415 - what a rule may have

    for key in _KEYS:
        assert f"`{key}`" in PAGE


@pytest.mark.parametrize("arguments", command_lines(), ids=" ".join)
def test_its_commands_run(arguments: list[str], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with agentstore.connect(url) as store:
        store.migrate()
    local = [re.sub(r".*policy\.toml", str(EXAMPLE), argument) for argument in arguments[1:]]
    result = CliRunner().invoke(cli, local, env={"DATABASE_URL": url})
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_save_is_no_update_that_spares_the_indexes(
    store: agentstore.Storage, backend: Backend, database_url: str
) -> None:
    """docs/operations/vacuum.md: so that fillfactor has nothing to give."""
    with closing(backend.open_connection(database_url)) as connection:
        connection.execute("ALTER TABLE agentstore_sessions SET (fillfactor = 50)")
        connection.commit()
        store.create_session()
        connection.execute("UPDATE agentstore_sessions SET title = 'x'")
        title = connection.execute(UPDATES_OF_THE_TRANSACTION).fetchone()
        connection.execute("UPDATE agentstore_sessions SET updated_at = now()")
        saved = connection.execute(UPDATES_OF_THE_TRANSACTION).fetchone()
        assert (title, saved) == ((1, 1), (2, 1))


def test_upgrade_says_what_a_rollback_drops() -> None:
    page = (CHECKOUT / "docs" / "operations" / "upgrade.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d{4}) \| (.*) \|$", page, re.MULTILINE))
    files = sorted((CHECKOUT / "migrations" / "postgresql").glob("*.rollback.sql"))
    for file in files:
        dropped = re.findall(
            r"DROP (?:TABLE|COLUMN|INDEX) (\w+)|DELETE FROM (\w+)", file.read_text(encoding="utf-8")
        )
        if not dropped:
            continue
        row = rows.pop(file.name[:4])
        for name in map("".join, dropped):
            assert f"`{name}`" in row, (file.name, name)
    assert not rows


def test_upgrade_says_how_far_a_rollback_goes(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "operations" / "upgrade.md").read_text(encoding="utf-8")
    [revision] = re.findall(r"yoyo rollback .*--revision (\w+)", page)
    [(first, kept)] = re.findall(r"all from (\d+) on, but for (\d+)\.", page)
    database = SchemaDatabase(f"sqlite:///{tmp_path}/s.db")
    database.yoyo("apply")
    database.yoyo("rollback", "--revision", revision)
    assert database.applied() == [n for n in database.names if n < first or n.startswith(kept)]
    database.yoyo("apply")
    database.yoyo("rollback")
    assert "rolls back the newest\nalone" in page
    assert database.applied() == database.names[:-1]
