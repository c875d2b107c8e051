"""The README only says what is true: its blocks run, its commands and names exist."""

from __future__ import annotations

import inspect
import re
from dataclasses import asdict
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
PAGES = {
    path.relative_to(CHECKOUT).as_posix(): path.read_text(encoding="utf-8")
    for path in [CHECKOUT / "README.md", *(CHECKOUT / "docs").rglob("*.md")]
    if path.name != "sql-review.md"
}
LINKS = {
    page: re.findall(
        r"\]\((?!http)([^)#\s]+)", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    )
    for page, text in PAGES.items()
}
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


def test_it_is_a_front_page() -> None:
    assert len(README.splitlines()) < 200


@pytest.mark.parametrize("page", sorted(PAGES))
def test_links_lead_somewhere(page: str) -> None:
    for target in LINKS[page]:
        assert (CHECKOUT / page).parent.joinpath(target).exists(), target


def test_a_page_leads_to_every_page() -> None:
    linked = {
        (CHECKOUT / page).parent.joinpath(target).resolve()
        for page, targets in LINKS.items()
        for target in targets
    }
    # The reference is made from docstrings when the site is built: its navigation leads there.
    navigation = (CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8")
    linked |= {
        (CHECKOUT / "docs" / path).resolve()
        for path in re.findall(r": (\S+\.md)$", navigation, re.MULTILINE)
        if path.startswith("reference/")
    }
    assert {page for page in PAGES if (CHECKOUT / page).resolve() not in linked} <= {"README.md"}


def test_its_make_targets_exist() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^    make ([a-z-]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", sorted(PAGES))
def test_commands_exist(page: str) -> None:
    commands = re.findall(r"(?:^    |`|\$\()agentstore ([a-z][a-z-]*)", PAGES[page], re.MULTILINE)
    for command in commands:
        assert command in cli.list_commands(click.Context(cli)), command


def test_options_and_schemes_are_all() -> None:
    page = PAGES["docs/connecting.md"]
    defaults = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", page, re.MULTILINE))
    said = {"true": True, "none": None}
    options = {name: said[text] if text in said else float(text) for name, text in defaults.items()}
    assert options == {**asdict(Options()), "observer": None}
    assert {"url", *defaults} == inspect.signature(agentstore.connect).parameters.keys()
    for scheme in known_schemes():
        assert f"{scheme}://" in page
        assert f"{scheme}://" in README


def test_the_page_of_the_command_line_names_every_command() -> None:
    named = PAGES["docs/command-line.md"] + PAGES["docs/migrations.md"]
    for command in cli.list_commands(click.Context(cli)):
        assert re.search(rf"\b{command}\b", named), command


def test_its_extras_exist() -> None:
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in re.findall(r"agentstore\[([a-z-]+)\]", README):
        assert f"\n{extra} = [" in project


def test_its_errors_are_the_packages() -> None:
    listed = set(re.findall(r"\b[A-Z]\w+Error\b", PAGES["docs/errors.md"]))
    builtin = {"ValueError", "LookupError"}
    ours = {name for name in agentstore.__all__ if name.endswith("Error")}
    assert listed - builtin == ours
