"""Ends processes for good: one with all its children, or one whose starter was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PID_FILE = "server.pid"

# When the pipe from the test run closes and the folder is still there, the run was killed.
_GUARD = """
cat >/dev/null
if pid=$(head -n 1 "$1/$2" 2>/dev/null); then
    kill -CONT "$pid"; kill -QUIT "$pid"
    for _ in $(seq 100); do kill -0 "$pid" || break; sleep 0.1; done
    kill -KILL "$pid"
fi
rm -rf "$1"
"""


class FolderGuard:
    """A small process that outlives a test run which was killed.

    It then ends the server whose process id is in ``folder / PID_FILE``, if there is one, and
    removes the folder. After a run that stopped its server and removed the folder it finds
    nothing to do.
    """

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "agentstore-folder-guard", str(folder), PID_FILE],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Ends it; what it guards must be gone."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a process and its children; returns when all are gone."""
    # Stopped first, so that it starts no child that this misses.
    process.send_signal(signal.SIGSTOP)
    victims = [*_children(process.pid), process.pid]
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    while any(_is_alive(pid) for pid in victims):
        time.sleep(0.01)


def _children(pid: int) -> list[int]:
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["pgrep", "-P", str(pid)], check=False, capture_output=True)
        return [int(line) for line in listed.stdout.split()]
    processes = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [child for child in processes if _stat(child)[1:2] == [str(pid)]]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie is dead; in a container whose init reaps nothing it would stay one.
    return _stat(pid)[:1] != ["Z"]


def _stat(pid: int) -> list[str]:
    """State, parent and so on of a process, by Linux's /proc; empty where there is none."""
    try:
        # pid (name) state parent …; the name may hold blanks and brackets.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
