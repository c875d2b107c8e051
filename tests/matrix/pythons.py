"""Where a version of Python is had from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from agentstore.testing import ServerError
from agentstore.testing.unpacked import UnpackedPackages

_UNPACKED = {"3.14": "sid", "3.13": "trixie", "3.11": "bookworm"}
"""The Debian suites that bring a version."""


def find_python(version: str) -> tuple[str, str]:
    """A Python's path, and who brings it.

    Args:
        version: as ``3.12``.

    Raises:
        ServerError: it is neither on this machine nor can it be unpacked.
    """
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for path in sorted(root.glob(f"versions/{version}.*/bin/python{version}"), reverse=True):
        if _is(str(path), version):
            return str(path), "pyenv"
    on_path = shutil.which(f"python{version}")
    if on_path and _is(on_path, version):
        return on_path, "this machine"
    if version not in _UNPACKED:
        raise ServerError(f"Python {version} is neither pyenv's nor in PATH")
    suite = _UNPACKED[version]
    packages = UnpackedPackages(
        f"Python{version}",
        suite=suite,
        packages=[f"python{version}-venv"],
        instead=f"Put python{version} in PATH.",
        launched=[f"python{version}"],
    )
    [path_of_launcher] = packages.command(f"python{version}")
    return path_of_launcher, f"Debian {suite}"


def _is(path: str, version: str) -> bool:
    """Whether it runs: pyenv puts scripts into PATH for versions that it does not have."""
    done = subprocess.run(
        [path, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.returncode == 0 and done.stdout.strip() == version
