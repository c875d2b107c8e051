"""The pages for who operates a store: their policy, code and command lines work as they stand."""

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
    """Every command of the page, without the schedule or the pod around it."""
    lines = [shlex.split(line) for line in re.findall(r"^    (agentstore .*)$", PAGE, re.MULTILINE)]
    [cron] = blocks("cron")
    lines.append(shlex.split(cron)[5:])
    [job] = map(yaml.safe_load, blocks("yaml"))
    [container] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return [*lines, container["command"]]


def test_its_policy_is_the_example() -> None:
    assert blocks("toml") == [EXAMPLE.read_text(encoding="utf-8")]
    policy = agentstore.RetentionPolicy.read(EXAMPLE)
    assert {rule.action for rule in policy.rules} == {"keep", "trash", "delete"}


def test_its_keys_are_all() -> None:
    from agentstore.retention.policy_file import _KEYS  # noqa: PLC0415 - what a rule may have

    for key in _KEYS:
        assert f"`{key}`" in PAGE


def test_its_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.toml").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)
    with agentstore.connect("sqlite://") as store:
        for block in blocks("python"):
            exec(compile(block, "retention.md", "exec"), {"store": store})
    assert "paying customers keep 0" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", command_lines(), ids=" ".join)
def test_its_commands_run(arguments: list[str], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with agentstore.connect(url) as store:
        store.migrate()
    local = [re.sub(r".*policy\.toml", str(EXAMPLE), argument) for argument in arguments[1:]]
    result = CliRunner().invoke(cli, local, env={"DATABASE_URL": url})
    assert result.exit_code == 0, result.output


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", PAGE):
        assert (CHECKOUT / "docs" / "operations" / target).exists(), target
