"""The pages in docs/integrations only say what is true: they run and print what they show."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import agentstore

CHECKOUT = Path(agentstore.__file__).parent.parent
PACKAGES = {
    "openai-agents": "openai-agents",
    "langchain": "langchain-core",
    "strands": "strands-agents",
    "pydantic-ai": "pydantic-ai-slim",
}
"""The extra, which names the page too, and the package that is tested."""


def page(extra: str) -> str:
    return (CHECKOUT / "docs" / "integrations" / f"{extra}.md").read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("extra", PACKAGES)
def test_its_example_runs(extra: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = page(extra)
    (example,) = blocks(text, "python")
    names: dict[str, Any] = {"__name__": extra}
    exec(compile(example, f"{extra}.md", "exec"), names)
    assert capsys.readouterr().out == "".join(blocks(text, "text"))


@pytest.mark.parametrize(("extra", "package"), PACKAGES.items())
def test_it_names_the_version_that_is_tested(extra: str, package: str) -> None:
    (tested,) = re.findall(rf"^Tested with {package} .*?\n\n?(?=\Z|\n)", page(extra), re.S | re.M)
    assert version(package) in re.findall(r"[\d.]*\d", tested)


@pytest.mark.parametrize("extra", PACKAGES)
def test_its_extra_and_links_exist(extra: str) -> None:
    text = page(extra)
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'pip install "agentstore[{extra}]"' in text
    assert f"\n{extra} = [" in project
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (CHECKOUT / "docs" / "integrations" / target).exists(), target
