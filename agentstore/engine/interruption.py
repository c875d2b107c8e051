"""What a signal's handler has raised, told apart from what a driver has.

A handler runs in the middle of anything, and may raise anything: a TimeoutError, which is an
OSError, as in the example of Python's own documentation of the signal module; a task queue's soft
time limit, which is an Exception. Who waits for the network's errors there, we or the driver, must
not take it for one. The class says nothing; where it came from does: a handler is given the frame
that it interrupts, which is the one that it is called from.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FrameType
from typing import Any


def interruption_of(exc: BaseException, handled: BaseException | None) -> BaseException | None:
    """What a signal's handler has raised, where an exception is that or a driver made it of that.

    Args:
        exc: what was caught.
        handled: what was being handled when the call began (``sys.exc_info()[1]``): what comes
            before it is not of this call.
    """
    seen: set[int] = set()
    each: BaseException | None = exc
    while each is not None and each is not handled and id(each) not in seen:
        if is_of_handler(each):
            return each
        seen.add(id(each))
        each = each.__cause__ or each.__context__
    return None


def let_through(exc: BaseException, handled: BaseException | None) -> None:
    """Raise again what a signal's handler has raised; for where errors are passed over.

    An exception that passes through a frame keeps the frame, with all that the frame's names stand
    for. Where one of them is that exception, both stay until the garbage collector runs, in any
    thread and at any moment; and what they keep, a driver's cursor say, may then wait for a lock
    that another thread holds. So such a name is deleted, here and wherever a kept error is raised.

    Args:
        exc, handled: as for `interruption_of`.
    """
    interruption = interruption_of(exc, handled)
    if interruption is not None:
        try:
            raise interruption
        finally:
            del exc, interruption


def is_of_handler(exc: BaseException) -> bool:
    """Whether an exception itself was raised by a signal's handler."""
    traceback = exc.__traceback__
    # Not the frame that has caught it: a frame's f_locals stay with it (before Python 3.13), and
    # those of that one have the exception among them. See `let_through`.
    while traceback is not None and (traceback := traceback.tb_next) is not None:
        frame = traceback.tb_frame
        if frame.f_back is not None and any(each is frame.f_back for each in _arguments(frame)):
            return True
    return False


def _arguments(frame: FrameType) -> Iterator[Any]:
    """What a frame's function was called with."""
    code = frame.f_code
    values = frame.f_locals
    count = code.co_argcount + code.co_kwonlyargcount
    for name in code.co_varnames[:count]:
        yield values.get(name)
    if code.co_flags & inspect.CO_VARARGS:
        yield from values.get(code.co_varnames[count], ())
