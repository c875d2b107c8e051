"""A write as a value: named statements with their parameters, sent as one where the database can.

Whoever makes a batch says what is to be written, once; whether that takes a transaction, and how
many round trips, is known to the connection that runs it (`Connection.run_batch`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from agentstore.statements import NO_BLOCKS

Parameters: TypeAlias = Mapping[str, Any]
NO_PARAMETERS: Parameters = {}


@dataclass(slots=True)
class Step:
    """One statement of a batch. (Not frozen: that would triple the time it takes to make one.)

    Attributes:
        name: the statement's name.
        parameters: its parameters by name; or a list of them, where it is an insert of one row
            that is to be run for each.
        blocks: the names of the blocks to send.
        needs_rows: whether the batch ends here where the statement finds no row; a batch that is a
            transaction of its own is undone then.
        is_guard: whether a later statement is refused (a value is missing) where this one finds
            no row: the batch ends there, and nothing of it is done.
    """

    name: str
    parameters: Parameters | Sequence[Parameters]
    blocks: frozenset[str] = NO_BLOCKS
    needs_rows: bool = False
    is_guard: bool = False


Batch: TypeAlias = Sequence[Step]
