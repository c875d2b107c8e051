"""The layers of the package: imports point down, and never in a circle.

Looked at in the source, so that imports inside functions and for type checkers count too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "agentstore"

LAYERS = [
    {"errors"},
    {"records", "shapes"},
    {"assets", "statements", "model", "retention"},
    {"engine"},
    {"operations", "schema"},
    {"dialects"},
    {"calls"},
    {"storage"},
    {"connecting"},
    {"", "connections", "repositories", "yoyo_backends"},
    {"doctor", "figures", "transfer"},
    {"formats", "compat", "integrations", "telemetry", "testing"},
    {"movers"},
    {"cli", "__main__"},
]
"""From the bottom; a module may import what is below its layer, and of its own layer what stands
in one with it here. '' is the package's own page."""

_FRAMEWORKS = ("langgraph", "adk", "langchain", "openai_agents", "pydantic_ai", "strands")
_MAY_NAME_FRAMEWORKS = ("integrations", "movers", "transfer", "cli", "testing")


def modules(package: Path) -> dict[str, Path]:
    """All modules of a package by the name below it: ``engine.pool``; '' is its own page."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [
                name if name.removeprefix("agentstore.") in known else str(node.module)
                for name in inside
            ]
        for name in names:
            if name == "agentstore":
                yield ""
            elif name.startswith("agentstore."):
                yield name.removeprefix("agentstore.")


def graph(package: Path) -> dict[str, set[str]]:
    """Which modules each module imports."""
    known = modules(package)
    return {name: set(imported(path, known)) - {name} for name, path in known.items()}


def layer(name: str) -> int:
    """The number of a module's layer."""
    top = name.partition(".")[0]
    [number] = [number for number, tops in enumerate(LAYERS) if top in tops]
    return number


def upward(imports: dict[str, set[str]]) -> list[str]:
    """The imports that point up."""
    return [
        f"{name} imports {other}"
        for name, others in sorted(imports.items())
        for other in sorted(others)
        if layer(other) > layer(name)
    ]


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle; none where there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_imports_point_down() -> None:
    assert upward(graph(PACKAGE)) == []


def test_no_circles() -> None:
    assert circle(graph(PACKAGE)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from agentstore.storage import Storage",
        "from agentstore import storage",
        "def f() -> None:\n    import agentstore.dialects.url",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from agentstore import Storage",
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, planted: str) -> None:
    for name in ("", "storage", "dialects", "dialects.url", "engine"):
        folder = tmp_path.joinpath(*name.split("."))
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    (tmp_path / "engine" / "pool.py").write_text(planted)
    [found] = upward(graph(tmp_path))
    assert found.startswith("engine.pool imports ")


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    (tmp_path / "statements.py").write_text("import agentstore.assets")
    (tmp_path / "assets.py").write_text("def f() -> None:\n    import agentstore.statements")
    assert upward(graph(tmp_path)) == []
    assert set(circle(graph(tmp_path))) == {"assets", "statements"}


def test_the_core_names_no_framework() -> None:
    named = [
        str(path)
        for name, path in modules(PACKAGE).items()
        if name.partition(".")[0] not in _MAY_NAME_FRAMEWORKS
        for framework in _FRAMEWORKS
        if framework in path.read_text(encoding="utf-8").lower()
    ]
    assert named == []
