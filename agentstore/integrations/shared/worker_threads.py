"""The synchronous store under an event loop: its calls run in worker threads."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def writing(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that writes in a worker thread, and wait for its end even when cancelled.

    A thread cannot be stopped: were the call left alone, what comes next could overtake it. So
    when this returns or raises, the call has ended, with all it does or nothing, and its
    connection is back in the pool.

    Raises:
        asyncio.CancelledError: the caller was cancelled meanwhile, whatever the call did.
    """
    # As asyncio.to_thread, but with a future that the end of the loop does not cancel.
    run = partial(contextvars.copy_context().run, partial(function, *args, **kwargs))
    call = asyncio.get_running_loop().run_in_executor(None, run)
    cancelled: asyncio.CancelledError | None = None
    while not call.done():
        try:
            await asyncio.wait({call})
        except asyncio.CancelledError as error:  # noqa: PERF203 - it may come at each wait
            cancelled = cancelled or error
    if cancelled is not None:
        call.exception()  # noted, so that asyncio does not report it
        try:
            raise cancelled
        finally:
            del cancelled  # see "let_through"
    return call.result()


async def reading(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that reads in a worker thread.

    Cancelled, it is left to end by itself: it changes nothing and gives its connection back.
    """
    return await asyncio.to_thread(function, *args, **kwargs)
