"""The page on retention: its policy is the example, and what its schedules start works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped] # sqlfluff brings it along
from click.testing import CliRunner

import agentstore
from agentstore.cli.app import cli

CHECKOUT = Path(__file__).parent.parent
PAGE = (CHECKOUT / "docs" / "operations" / "retention.md").read_text(encoding="utf-8")
EXAMPLE = CHECKOUT / "examples" / "retention.toml"


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
