"""Finds a database server's programs, and installs them where it may."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

_INSTALLING = threading.Lock()


class ServerError(RuntimeError):
    """A server is not installed, cannot be installed, or does not start."""


def find_program(name: str, folders: Sequence[str]) -> str | None:
    """The path of a program, None if it is not there.

    Args:
        name: as ``initdb``.
        folders: where to look when it is not in PATH: absolute paths, in which a ``*`` stands
            for any version. The highest version is taken.
    """
    found = shutil.which(name)
    if found:
        return found
    for pattern in folders:
        matching = Path("/").glob(pattern.lstrip("/"))
        for folder in sorted(matching, key=_version_in, reverse=True):
            if os.access(folder / name, os.X_OK):
                return str(folder / name)
    return None


def find_or_install(name: str, folders: Sequence[str], *, package: str, instead: str) -> str:
    """The path of a program; where it is missing, root on Debian installs it.

    Args:
        name, folders: as for `find_program`.
        package: the Debian package that brings it.
        instead: what else could be done, for the error.

    Raises:
        ServerError: it is not there; says what to install.
    """
    found = find_program(name, folders)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        with _INSTALLING:
            _apt_install(package)
        found = find_program(name, folders)
    if found is None:
        raise ServerError(
            f"{name} is neither in PATH nor in {', '.join(folders)}. Install it "
            f"(Debian, Ubuntu: apt-get install {package}) or {instead}."
        )
    return found


def _apt_install(package: str) -> None:
    """Installs a Debian package without starting the service it brings."""
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        # Debian's own switch: 101 forbids the package's scripts to start a service.
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        policy.chmod(0o755)
    try:
        _apt_update()
        _apt_get("install", "-qq", "-y", "--no-install-recommends", package)
    finally:
        if ours:
            policy.unlink(missing_ok=True)


@functools.cache
def _apt_update() -> None:
    _apt_get("update", "-qq")


def _apt_get(*arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        output = done.stdout.decode(errors="replace")[-4000:]
        raise ServerError(f"apt-get {' '.join(arguments)} failed with:\n{output}")


def _version_in(folder: Path) -> list[int]:
    digits = "".join(c if c.isdigit() else " " for c in str(folder))
    return [int(number) for number in digits.split()]
