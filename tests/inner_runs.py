"""Runs of pytest by tests, in a process and with a configuration of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_HYPOTHESIS = "_hypothesis_pytestplugin"


def run_pytest(
    *arguments: str, cwd: Path, environment: Mapping[str, str], plugins: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run pytest, and return how that ended with all that was printed as its stdout.

    Args:
        arguments: what pytest is given.
        cwd: the folder it runs in.
        environment: what it has besides this process's, which gives nothing of pytest's own.
        plugins: the modules of the installed plug-ins that it needs besides hypothesis's. It
            loads no others: to load all that the frameworks bring takes several times as long as
            such a run.
    """
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *(option for plugin in (_HYPOTHESIS, *plugins) for option in ("-p", plugin)),
            *arguments,
        ],
        cwd=cwd,
        env={**inherited, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1200,
    )
