"""The pages in docs/integrations only say what is true: they run and print what they show."""

from __future__ import annotations

import re
import socket
from collections import defaultdict
from pathlib import Path
from typing import Any, NoReturn

import pytest
from packaging.requirements import Requirement
from page_blocks import blocks_of

import agentstore

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
CHECKOUT = Path(agentstore.__file__).parent.parent
PACKAGES = {
    "openai-agents": ["openai-agents"],
    "langchain": ["langchain-core"],
    "langgraph": [
        "langgraph",
        "langgraph-checkpoint",
        "langgraph-checkpoint-conformance",
        "langchain-core",
    ],
    "adk": ["google-adk"],
    "strands": ["strands-agents"],
    "pydantic-ai": ["pydantic-ai-slim"],
}
"""The extra, which names the page too, and the packages that it is tested with."""


def page(extra: str) -> str:
    return (CHECKOUT / "docs" / "integrations" / f"{extra}.md").read_text(encoding="utf-8")


def pinned_versions() -> dict[str, set[str]]:
    """The versions in requirements.txt, by package: another one where Python is old."""
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            versions[requirement.name].add(str(requirement.specifier).removeprefix("=="))
    return versions


@pytest.mark.parametrize("extra", PACKAGES)
def test_its_example_runs_without_a_network(
    extra: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the example opens a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    blocks = blocks_of(f"docs/integrations/{extra}.md")
    ours = [block for block in blocks if block.runner == "tests/integrations/test_pages.py"]
    names: dict[str, Any] = {"__name__": extra}
    for block in ours:
        if block.language == "python":
            exec(compile(block.text, f"{extra}.md", "exec", dont_inherit=True), names)
    shown = "".join(block.text for block in ours if block.language == "text")
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(("extra", "packages"), PACKAGES.items())
def test_it_names_the_versions_that_are_tested(extra: str, packages: list[str]) -> None:
    (tested,) = re.findall(r"^Tested with .*?(?=\n\n|\Z)", page(extra), re.DOTALL | re.MULTILINE)
    for package in packages:
        for version in pinned_versions()[package]:
            assert re.search(rf"\b{package}\b.*?\s{re.escape(version)}[\s,.;:]", tested, re.DOTALL)
    named = re.findall(r"\b\d+\.\d+\.\d+", tested)
    assert set(named) == {version for name in packages for version in pinned_versions()[name]}


@pytest.mark.parametrize("extra", PACKAGES)
def test_its_extra_and_links_exist(extra: str) -> None:
    text = page(extra)
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'pip install "agentstore[{extra}]"' in text
    assert f"\n{extra} = [" in project
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (CHECKOUT / "docs" / "integrations" / target).exists(), target


def test_the_readme_names_the_adapters_and_the_versions() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[.*\]\(docs/integrations/(.*)\.md\) \| `(.*)` \| .* \| (.*) \|$",
        readme,
        re.MULTILINE,
    )
    assert [(name, extra) for name, extra, _ in rows] == [(name, name) for name in PACKAGES]
    for _, extra, tested in rows:
        assert tested == ", ".join(
            f"{package} {newest(pinned_versions()[package])}"
            for package in PACKAGES[extra]
            if not package.endswith("-conformance")
        )


def newest(versions: set[str]) -> str:
    return max(versions, key=lambda version: [int(number) for number in version.split(".")])
