"""Copies of a store, from one database to another or to a file and back, with nothing lost.

``tables`` describes what there is, ``values`` has the forms of a row, ``stored`` the statements;
``reading`` and ``archive`` give pages, ``writing`` takes them, ``running`` has the whole of it.
"""

from agentstore.transfer.copying.archive import ArchiveSource
from agentstore.transfer.copying.pages import Problem, Reports, TableReport
from agentstore.transfer.copying.reading import Source, StoreSource
from agentstore.transfer.copying.running import (
    Progress,
    compare_rows,
    copy_rows,
    dump_rows,
    open_source,
)
from agentstore.transfer.copying.selection import EVERYTHING, Selection
from agentstore.transfer.copying.tables import Key

__all__ = [
    "EVERYTHING",
    "ArchiveSource",
    "Key",
    "Problem",
    "Progress",
    "Reports",
    "Selection",
    "Source",
    "StoreSource",
    "TableReport",
    "compare_rows",
    "copy_rows",
    "dump_rows",
    "open_source",
]
