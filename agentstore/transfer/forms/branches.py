"""The one branch of a tree of messages that was chosen."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue


def branch(leaf: JSONValue, parents: Mapping[str, JSONValue]) -> list[str]:
    """The ids from the root to a leaf.

    Args:
        leaf: where the branch ends.
        parents: the id of each node's parent; of a root, anything that is no node's.
    """
    path: dict[str, None] = {}
    node = leaf
    while isinstance(node, str) and node in parents and node not in path:
        path[node] = None
        node = parents[node]
    return list(reversed(path))
