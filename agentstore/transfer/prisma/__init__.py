"""The database of the TypeScript original, ``@ai-agent/storage-prisma``, copied into a store.

``source`` reads it, ``rows`` turns its rows into what a store takes and says what is wrong with
one, ``copying`` stores them.
"""

from agentstore.transfer.foreign import Problem
from agentstore.transfer.prisma.copying import CopySummary, copy_prisma
from agentstore.transfer.prisma.source import PrismaSource

__all__ = ["CopySummary", "PrismaSource", "Problem", "copy_prisma"]
