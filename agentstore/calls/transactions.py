"""Transactions: several calls that take effect together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from agentstore.calls.core import CallsCore
from agentstore.engine.rerun import run_in_transaction
from agentstore.errors import UnavailableError

T = TypeVar("T")


class TransactionCalls(CallsCore):
    """The calls of `agentstore.Storage` on transactions."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make the calls of this thread atomic: ``with store.transaction(): …``.

        A block inside a block is a savepoint. An exception undoes just its own block and
        goes on up. Nothing in it is retried: after DatabaseError or UnavailableError the
        block can only be left. Where its first call finds that the connection has died idle,
        nothing was done in it yet, and another connection takes its place unseen.

        Part of it is what runs in the thread, the asyncio task and the context (contextvars)
        that it was entered in; a block entered outside any task takes an ``asyncio.run`` inside
        it along. It is left by the same thread, and before the blocks around it: elsewhere, or
        out of order, it is undone.

        Raises:
            TransactionConflictError: on a deadlock or serialisation failure; run the block
                again.
            StorageError: it was undone, as it was left elsewhere or out of order; or another
                asyncio task's block is open in this thread.
        """
        return self._repository.executor.transaction()

    def run_in_transaction(self, work: Callable[[], T], *, is_repeatable: bool = False) -> T:
        """Run some work in a `transaction`, again where it was in conflict with another one.

        Args:
            work: what to do; it is done anew each time.
            is_repeatable: whether it may be done again where it may have taken effect: then it
                is also run again after a lost connection.

        Returns:
            What the work returns.

        Raises:
            TransactionConflictError: each attempt met a conflict until retry_timeout was over;
                or the first did, where an outer block is open, which alone can be run again.
        """
        executor, url = self._repository.executor, self._repository.url
        is_outermost = url is not None and not executor.in_transaction()
        return run_in_transaction(
            self.transaction,
            work,
            timeout=url.options.retry_timeout if url is not None and is_outermost else 0.0,
            also_after=(UnavailableError,) if is_repeatable else (),
        )
