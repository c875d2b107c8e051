"""The command line: ``agentstore``, an optional extra (click and rich)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

NEEDED = ("click", "rich")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: what stands behind ``agentstore``; the process's own where None.

    Returns:
        The exit code: 0 done; 1 it failed, or was not found; 2 the command line is wrong;
        130 interrupted; 141 nobody reads its output any more.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        print(
            f"agentstore: the command line needs {' and '.join(missing)}: "
            'pip install "agentstore[cli]"',
            file=sys.stderr,
        )
        return 2
    from agentstore.cli.app import run  # noqa: PLC0415 - only now is it known to import

    return run(arguments)
