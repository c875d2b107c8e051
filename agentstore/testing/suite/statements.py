"""The statements of a dialect, beside those of our own: each is there, and takes the same."""

from __future__ import annotations

from agentstore import Storage
from agentstore.dialects.registry import load_statements

_EXTENSIONS = ("adk", "checkpoints", "copies", "doctor", "figures", "lookup")


class TestStatements:
    def test_none_is_missing(self, store: Storage) -> None:
        """But for extensions' folders, and for what a dialect may replace (``Differs:``)."""
        ours = load_statements("sqlite")
        common = {
            name
            for name, statement in ours.items()
            if not statement.differs and name.partition("/")[0] not in _EXTENSIONS
        }
        assert common - set(load_statements(store.dialect)) == set()

    def test_each_takes_and_returns_what_ours_does(self, store: Storage) -> None:
        ours, theirs = load_statements("sqlite"), load_statements(store.dialect)
        for name in ours.keys() & theirs.keys():
            mine, yours = ours[name], theirs[name]
            assert yours.returns == mine.returns, name
            assert set(yours.blocks) == set(mine.blocks), name
            for block in ["", *mine.blocks]:
                blocks = frozenset({block} - {""})
                assert yours.parameters_of(blocks) == mine.parameters_of(blocks), (name, block)
