"""The README only says what is true: its blocks run, its commands and names exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest

import agentstore
from agentstore.cli.app import cli
from agentstore.dialects.registry import known_schemes
from agentstore.engine.options import Options

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_its_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    names["connection"].close()
    store: agentstore.Storage = names["store"]
    contents = [message.content for message in store.get_history(names["session_id"])]
    store.close()
    assert contents == [
        "You are a helpful assistant.",
        "Where is my order?",
        "It left Hamburg this morning.",
        "And the invoice?",
    ]
    assert "2 assistant It left Hamburg this morning. 1" in capsys.readouterr().out


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (CHECKOUT / target).exists(), target


def test_its_make_targets_exist() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^    make ([a-z-]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_its_commands_exist() -> None:
    commands = re.findall(r"(?:^    |`|\$\()agentstore ([a-z-]+)", README, re.MULTILINE)
    assert {"migrate", "import", "prune", "sql"} <= set(commands)
    for command in commands:
        assert command in cli.list_commands(click.Context(cli)), command


def test_its_options_and_schemes_are_all() -> None:
    for name in Options.names():
        assert f"`{name}`" in README
    for scheme in known_schemes():
        assert f"{scheme}://" in README


def test_its_extras_exist() -> None:
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in re.findall(r"agentstore\[([a-z-]+)\]", README):
        assert f"\n{extra} = [" in project


def test_its_errors_are_the_packages() -> None:
    listed = set(re.findall(r"\b[A-Z]\w+Error\b", README.partition("## Errors")[2]))
    builtin = {"ValueError", "LookupError"}
    ours = {name for name in agentstore.__all__ if name.endswith("Error")}
    assert listed - builtin == ours
