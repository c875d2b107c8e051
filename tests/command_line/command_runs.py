"""A command, run: in this process or one of its own; and what it has to print."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agentstore.cli.app import cli

SQLITE = pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
POLICY = str(Path(__file__).parents[2] / "examples" / "retention.toml")
QUESTION = {"messages": [{"role": "user", "content": "hello"}], "topic": "kites"}

AS_STARTED_BY_HAND = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("agentstore", run_name="__main__", alter_sys=True)
"""
"""A run that a shell has put into the background ignores SIGINT, and its children would too."""


def run(*arguments: str, url: str | None = None, text: str | None = None) -> Result:
    environment = {} if url is None else {"DATABASE_URL": url}
    result = CliRunner().invoke(cli, arguments, env=environment, input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def output_of(*arguments: str, url: str | None = None, text: str | None = None) -> str:
    result = run(*arguments, url=url, text=text)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def json_of(*arguments: str, url: str | None = None) -> Any:
    return json.loads(output_of(*arguments, "--json", url=url))


def error_of(*arguments: str, code: int, url: str | None = None) -> str:
    """The one line that a failing command ends with."""
    result = run(*arguments, url=url)
    assert result.exit_code == code
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    if code == 1:
        assert len(lines) == 1
    assert lines[-1].startswith("Error: ")
    return lines[-1]


def on_terminal(*arguments: str, url: str, **environment: str) -> str:
    """What a command shows on a terminal."""
    ours, its = pty.openpty()
    variables = {**os.environ, "DATABASE_URL": url, "LINES": "1000", **environment}
    command = [sys.executable, "-m", "agentstore", *arguments]
    shown = bytearray()
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=variables) as running:
        os.close(its)
        # On Linux a terminal that nobody has open any more is an error to read.
        with suppress(OSError):
            while some := os.read(ours, 65536):
                shown += some
    os.close(ours)
    assert running.returncode == 0, shown.decode()
    return shown.decode("ascii", "replace")


def process(*arguments: str, url: str, **options: Any) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-c", AS_STARTED_BY_HAND, *arguments]
    return subprocess.Popen(command, env=environment, **options)
