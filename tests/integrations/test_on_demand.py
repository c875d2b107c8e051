"""An adapter is imported by who needs it alone, and says what to install where that is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

ADAPTERS = {
    "openai_agents": ("agents", "openai-agents"),
    "langchain": ("langchain_core", "langchain"),
    "langgraph": ("langgraph", "langgraph"),
    "adk": ("google.adk", "adk"),
    "strands": ("strands", "strands"),
    "pydantic_ai": ("pydantic_ai", "pydantic-ai"),
}
"""The module, its framework's package, and the extra that brings it."""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_without_its_framework_it_says_what_to_install(adapter: str) -> None:
    package, extra = ADAPTERS[adapter]
    done = run(
        f"import sys; sys.modules[{package!r}] = None; import agentstore.integrations.{adapter}"
    )
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert last.startswith(f"ImportError: agentstore.integrations.{adapter} needs ")
    assert f"pip install 'agentstore[{extra}]'" in last


def test_the_core_imports_no_framework() -> None:
    packages = [package for package, _ in ADAPTERS.values()]
    done = run(
        "import sys, agentstore, agentstore.cli.app, agentstore.compat, agentstore.integrations\n"
        f"print(sorted(set(sys.modules) & set({packages!r})))"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
