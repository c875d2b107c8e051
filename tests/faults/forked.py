"""Does something in a forked child, and sees how it ends."""

from __future__ import annotations

import ctypes
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable


def fork(action: Callable[[], object], *, in_c: bool = False) -> int:
    """Do something in a forked child, which ends with 0 if it went well; returns its pid.

    Args:
        action: what to do.
        in_c: whether Python is not told of the fork, as by uWSGI.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that threads are running
        pid: int = ctypes.PyDLL(None).fork() if in_c else os.fork()
    if pid == 0:
        status = 1
        # pytest's own is a function that a signal's handler interrupts in its turn, and so on.
        sys.unraisablehook = sys.__unraisablehook__
        try:
            action()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def ends_well(pid: int, *, seconds: float = 60) -> bool:
    """Whether a child ends by itself in so many seconds, and with 0."""
    return how_it_ends(pid, seconds=seconds) == "well"


def how_it_ends(pid: int, *, seconds: float) -> str:
    """How a child ends: 'well' or 'badly'; or 'hung', where it is to be killed after so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return "well" if status == 0 else "badly"
        time.sleep(0.01)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return "hung"


def as_nobody(action: Callable[[], None]) -> bool:
    """Do it in a child without root's rights; whether it went well there."""

    def be_child() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        action()

    return ends_well(fork(be_child))
