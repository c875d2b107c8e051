"""The least versions that we ask for have none of the advisories that we know of."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

if sys.version_info < (3, 11):
    pytest.skip("tomllib is of Python 3.11", allow_module_level=True)
import tomllib

CHECKOUT = Path(__file__).parent.parent


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


PROJECT = read(CHECKOUT / "pyproject.toml")["project"]
ADVISORIES = read(Path(__file__).with_name("advisories.toml"))
REQUIREMENTS = [
    Requirement(line)
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
    if not line.startswith("agentstore[")
]


def least(requirement: Requirement) -> Version:
    (floor,) = [s for s in requirement.specifier if s.operator == ">="]
    return Version(floor.version)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_a_floor_is_later_than_its_advisories(requirement: Requirement) -> None:
    """And there is a floor at all."""
    advisory = ADVISORIES.get(requirement.name.lower())
    assert least(requirement) >= Version(advisory["fixed"] if advisory else "0")


@pytest.mark.parametrize("name", ADVISORIES)
def test_what_is_installed_is_later_too(name: str) -> None:
    """What these tests run with, where it is installed at all."""
    try:
        installed = version(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} comes with the frameworks")
    assert Version(installed) >= Version(ADVISORIES[name]["fixed"])


@pytest.mark.parametrize("name", ADVISORIES)
def test_each_advisory_says_where_it_is_mended(name: str) -> None:
    """And has the id by which it is found."""
    for advisory in ADVISORIES[name]["advisories"]:
        found = re.fullmatch(r"([^(]+) \(([^)]+)\): .+", advisory)
        assert found is not None, advisory
        ids, releases = found.groups()
        assert re.fullmatch(r"(CVE-\d{4}-\d{4,}|GHSA(-\w{4}){3}|PYSEC-\d{4}-\d+)(, .*)?", ids), ids
        if releases != "none":
            assert max(map(Version, releases.split(", "))) <= Version(ADVISORIES[name]["fixed"])


def test_the_list_is_of_what_we_depend_on() -> None:
    """A name that is misspelt holds nothing."""
    assert ADVISORIES.keys() <= {requirement.name.lower() for requirement in REQUIREMENTS}


def test_every_dependency_has_its_licence_in_the_docs() -> None:
    """Named in docs/security.md."""
    text = (CHECKOUT / "docs" / "security.md").read_text(encoding="utf-8").lower()
    words = set(re.findall(r"[a-z][a-z0-9-]+", text))
    assert {requirement.name.lower() for requirement in REQUIREMENTS} <= words
