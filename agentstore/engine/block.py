"""What ``with store.transaction():`` enters and leaves."""

from __future__ import annotations

import sys
import weakref
from functools import partial
from types import FrameType
from typing import Any, Protocol

from agentstore.engine.activation import is_executing
from agentstore.errors import StorageError


class Blocks(Protocol):
    """What opens and ends blocks: an executor."""

    def enter_block(self, block: Block) -> None:
        """Begin a transaction or set a savepoint."""

    def leave_block(self, block: Block, exc: BaseException | None) -> None:
        """End it."""


def _leave(block: Block, kind: object, exc: BaseException | None, traceback: object) -> None:
    block.leave(exc)


class _Exit:
    """``Block.__exit__``, looked up by the with statement before it enters.

    A with statement keeps what it has looked up for as long as its body runs, and nobody else
    does. That tells that it is over also where an interruption comes before the first line of
    ``__exit__``.
    """

    def __get__(self, block: Block | None, cls: type[Block]) -> Any:
        if block is None:
            return _leave
        leave = partial(_leave, block)
        if not block.is_entered:
            block.with_statement = weakref.ref(leave)
        return leave


class Block:
    """One transaction() block.

    Attributes:
        transaction: what it is part of, once it is entered.
        undone: why it is undone already; '' where it is not.
        is_entered: whether it was.
        is_snapshot: whether it only reads, and reads what is there at one moment.
        with_statement: leads to what the with statement keeps, where there is one.
    """

    __slots__ = (
        "__weakref__",
        "_blocks",
        "_frame",
        "_is_used",
        "is_entered",
        "is_snapshot",
        "transaction",
        "undone",
        "with_statement",
    )

    def __init__(self, blocks: Blocks, *, is_snapshot: bool = False) -> None:
        self._blocks = blocks
        self.is_snapshot = is_snapshot
        self._frame: FrameType | None = None
        self._is_used = False
        self.transaction: Any = None
        self.undone = ""
        self.is_entered = False
        self.with_statement: weakref.ref[Any] | None = None

    def __enter__(self) -> None:
        if self._is_used:
            raise StorageError("a transaction() is entered once: call transaction() again")
        self._is_used = True
        self._frame = sys._getframe()
        try:
            if self.with_statement is not None and self.with_statement() is None:
                self.with_statement = None  # somebody has only looked whether there is an __exit__
            self._blocks.enter_block(self)
            self.is_entered = True
        finally:
            # It leads to this block, and to all that its callers have in hand.
            self._frame = None

    __exit__ = _Exit()

    def leave(self, exc: BaseException | None) -> None:
        """Commit or undo it.

        Args:
            exc: the exception that it is left with.

        Raises:
            StorageError: it cannot be committed, or was undone.
        """
        if self.transaction is None:
            raise StorageError("this transaction() was not entered")
        self._blocks.leave_block(self, exc)

    def is_alive(self) -> bool:
        """Whether somebody will still leave it, as far as can be told."""
        if self.is_entered:
            return self.with_statement is None or self.with_statement() is not None
        return self._frame is not None and is_executing(self._frame)
