"""The databases of other programs, moved into a store: ``agentstore import-from KIND URL``.

``kinds`` has the list, ``moving`` what all share; a module each reads one program's tables. What
belongs to a framework with an adapter comes in as the adapter would have written it.
"""

from agentstore.movers.kinds import KINDS, open_mover
from agentstore.movers.moving import MoveSummary

__all__ = ["KINDS", "MoveSummary", "open_mover"]
