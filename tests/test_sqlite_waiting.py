"""How a writer of a SQLite file waits for another process's: short looks that soon grow no more."""

from __future__ import annotations

import itertools
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

import agentstore
from agentstore.dialects.sqlite import connection


def test_a_writer_looks_soon_and_goes_on_looking_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pause is anything up to a limit, which doubles, and ends far below SQLite's own."""
    url = f"sqlite:///{tmp_path}/a.db"
    limits: list[float] = []
    paused: list[float] = []
    with (
        agentstore.connect(url) as store,
        closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other,
    ):
        store.migrate()
        session_id = store.create_session()
        other.execute("BEGIN IMMEDIATE")

        def choose(least: float, most: float) -> float:
            assert least == 0
            limits.append(most)
            return most / 2

        def pause(seconds: float) -> None:
            paused.append(seconds)
            if len(paused) == 12:
                other.execute("COMMIT")

        monkeypatch.setattr(random, "uniform", choose)
        monkeypatch.setattr(time, "sleep", pause)
        store.save_user_message(session_id, "hello")
        assert store.get_message_count(session_id) == 1
    assert paused == [limit / 2 for limit in limits]
    assert limits[0] == connection._FIRST_PAUSE
    assert limits[-1] == connection._LONGEST_PAUSE
    for before, after in itertools.pairwise(limits):
        assert after == min(2 * before, connection._LONGEST_PAUSE)
