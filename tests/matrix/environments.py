"""A virtual environment for a cell, and what is in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cells import Cell
from packaging.requirements import Requirement
from pythons import find_python

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_DRIVERS = ("postgresql", "mysql", "cli")
"""The extras whose least versions count; those of the tests themselves do not."""

_ASK = """
import json, platform, sqlite3
from importlib.metadata import version
print(json.dumps({
    "python": platform.python_version(),
    "sqlite": sqlite3.sqlite_version,
    "psycopg": version("psycopg"),
    "pymysql": version("pymysql"),
}))
"""


@dataclass(frozen=True)
class Environment:
    """A Python with the package, its drivers and what the tests need.

    Attributes:
        python: the path.
        source: who brings that Python.
        versions: of ``python``, ``sqlite``, ``psycopg`` and ``pymysql``.
    """

    python: str
    source: str
    versions: dict[str, str]


def make_environment(cell: Cell) -> Environment:
    """The cell's environment, made where it is missing, or was made of other requirements.

    Raises:
        ServerError: its Python cannot be had.
        subprocess.CalledProcessError: its packages cannot.
    """
    if cell.python is None:
        return Environment(sys.executable, "this machine", _versions(sys.executable))
    base, source = find_python(cell.python)
    folder = CHECKOUT / f".venv-matrix-{cell.name}"
    python = str(folder / "bin" / "python")
    floors = "".join(f"{line}\n" for line in lowest()) if cell.drivers == "lowest" else ""
    wanted = floors + REQUIREMENTS.read_text(encoding="utf-8")
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        # Not every Python brings pip along: this one's can install into another.
        _run(base, "-m", "venv", "--clear", "--without-pip", str(folder))
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as constraints:
            constraints.write(floors)
            constraints.flush()
            _run(*pip, "-c", constraints.name, "--editable", ".[all,testing]",
                 "-r", str(REQUIREMENTS))  # fmt: skip
        stamp.write_text(wanted, encoding="utf-8")
    return Environment(python, source, _versions(python))


def lowest() -> Iterator[str]:
    """Constraints to the least versions that pyproject.toml admits of what an application gets."""
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *(line for name in _DRIVERS for line in extras[name])]:
        wanted = Requirement(line)
        [floor] = re.findall(r">=\s*([\w.]+)", str(wanted.specifier))
        marker = f" ; {wanted.marker}" if wanted.marker else ""
        yield f"{wanted.name}=={floor}{marker}"
        for extra in wanted.extras:
            # Psycopg's binary part is a package of its own, of the same version.
            yield f"{wanted.name}-{extra}=={floor}{marker}"


def _versions(python: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(_run(python, "-c", _ASK))
    return found


def _run(*command: str) -> str:
    return subprocess.run(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
