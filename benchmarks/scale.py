"""Shows that the cost of a call does not grow with the store: ``python -m benchmarks.scale``.

Two stores are filled, one a thousand times the other; each call is made in both by turns, and
the ratio of the medians is what counts. Sessions are chosen from a working set that was read
once before, since a database that reads from a disk is as slow as the disk. The results go to
``benchmarks/results/scale.json`` and ``scale.md``.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import agentstore
from agentstore.model.filters import PageRequest, message_filter, session_filter
from agentstore.operations.messages import message_key
from agentstore.operations.session_lists import session_key
from agentstore.transfer import export_conversations
from benchmarks.databases import DIALECTS, Databases
from benchmarks.ours import response
from benchmarks.report import RESULTS, TITLES, save_results
from benchmarks.samples import make_turns
from benchmarks.scale_seed import FIRST_MOMENT, Shape, seed, seed_expired, session_id, user_of

FACTOR = 1_000
PAGE = 500
SESSION_PAGE = 50
PRUNED = 100
WORKING_SET = 100
LIMIT = 1.5


@dataclass
class Store:
    """A filled store.

    Attributes:
        url: where it is.
        shape: how large.
        store: it.
    """

    url: str
    shape: Shape
    store: agentstore.Storage

    def __post_init__(self) -> None:
        self._turns = itertools.cycle(make_turns(100))
        last = self.shape.sessions - 1
        chosen = min(WORKING_SET, self.shape.sessions // 2)
        # Spread over the store; none of them is deleted.
        self._working_set = itertools.cycle(
            [session_id(1 + number * (last - 1) // chosen) for number in range(chosen)]
        )
        self._for_deletion = iter(range(2, self.shape.sessions))
        self._expired = itertools.count()
        self._kept = {next(self._working_set) for _ in range(chosen)}

    def next_session(self) -> str:
        """One of the working set."""
        return next(self._working_set)

    def append(self) -> None:
        """A turn."""
        turn = next(self._turns)
        self.store.save_user_message(chosen := self.next_session(), turn.user)
        self.store.save_assistant_message(chosen, response(turn))

    def recent(self) -> None:
        """The last 20 of a session of the working set."""
        assert len(self.store.get_history(self.next_session(), limit=20)) == 20

    def recent_of_longest(self) -> None:
        """The last 20 of the longest session."""
        assert len(self.store.get_history(session_id(0), limit=20)) == 20

    def list_by_user(self) -> None:
        """A user's last 50 sessions."""
        user = user_of(int(self.next_session().rpartition("-")[2]))
        assert self.store.query_sessions(metadata={"user_id": user}, limit=50)

    def delete(self) -> None:
        """A session of the usual length."""
        for number in self._for_deletion:
            if session_id(number) not in self._kept:
                assert self.store.delete_session(session_id(number))
                return
        raise AssertionError("no session is left to be deleted")

    def add_expired(self) -> None:
        """What the next `prune` finds."""
        numbers = list(itertools.islice(self._expired, PRUNED))
        seed_expired(self.url, numbers, self.shape.messages_of(1))

    def prune(self) -> None:
        """A hundred expired sessions."""
        assert self.store.delete_sessions(updated_before=FIRST_MOMENT, limit=PRUNED) == PRUNED

    def first_messages(self) -> None:
        """The first page of all messages."""
        assert len(list(itertools.islice(self.store.iter_messages(batch_size=PAGE), PAGE))) == PAGE

    def last_messages(self) -> None:
        """The last page of all messages."""
        assert self._messages(self._last_message)

    def first_sessions(self) -> None:
        """The first page of all sessions."""
        pages = self.store.iter_sessions(batch_size=SESSION_PAGE)
        assert len(list(itertools.islice(pages, SESSION_PAGE))) == SESSION_PAGE

    def last_sessions(self) -> None:
        """The last page of all sessions."""
        assert self._sessions(self._last_session)

    def find_last_pages(self) -> None:
        """Look up where the last pages begin, as an iteration would know it."""
        last = self.store.query_messages(order="desc", limit=PAGE + 1)[-1]
        self._last_message = message_key(last)
        session = self.store.query_sessions(order="asc", limit=SESSION_PAGE + 1)[-1]
        self._last_session = session_key(session, "created_at")

    def _messages(self, after_key: Any) -> Sequence[Any]:
        nothing = message_filter(
            session_id=None, role=None, response_type=None, after=None, before=None
        )
        return self.store._repository.query_messages(
            nothing, PageRequest.read("asc", PAGE), after_key
        )

    def _sessions(self, after_key: Any) -> Sequence[Any]:
        nothing = session_filter(
            active=None,
            metadata=None,
            created_after=None,
            created_before=None,
            updated_after=None,
            updated_before=None,
        )
        page = PageRequest.read("desc", SESSION_PAGE)
        return self.store._repository.query_sessions(nothing, page, after_key)


@dataclass(frozen=True)
class Measured:
    """A call that is measured in both stores."""

    title: str
    call: Callable[[Store], None]
    rounds: int
    warm_up: int = 6
    before: Callable[[Store], None] | None = None


CALLS = (
    Measured("append a turn", Store.append, 60, WORKING_SET),
    Measured("load the last 20 of a session", Store.recent, 60, WORKING_SET),
    Measured("load the last 20 of the longest", Store.recent_of_longest, 40),
    Measured("list 50 sessions by user", Store.list_by_user, 60, WORKING_SET),
    Measured("first page of all messages", Store.first_messages, 20),
    Measured("last page of all messages", Store.last_messages, 20, 6, Store.find_last_pages),
    Measured("first page of all sessions", Store.first_sessions, 20),
    Measured("last page of all sessions", Store.last_sessions, 20, 6, Store.find_last_pages),
    Measured("delete a session", Store.delete, 20),
    Measured(f"prune {PRUNED} sessions", Store.prune, 5, 1, Store.add_expired),
)


def run(
    dialects: Sequence[str], shape: Shape, factor: int, *, most_rounds: int = 1_000
) -> dict[str, Any]:
    """Fill and measure.

    Args:
        dialects: which.
        shape: of the large store.
        factor: how many times smaller the other is.
        most_rounds: how often a call is measured at most.
    """
    results: dict[str, Any] = {"shape": vars(shape), "factor": factor, "dialects": {}}
    with Databases(memory="4G") as databases:
        for dialect in dialects:
            small = _fill(databases, dialect, shape.smaller(factor))
            large = _fill(databases, dialect, shape)
            results["dialects"][dialect] = {
                "server": databases.version(dialect),
                "calls": {
                    each.title: _measure(dialect, each, small, large, most_rounds) for each in CALLS
                },
                "memory": _memory(large, shape),
            }
            for store in (small, large):
                store.store.close()
                databases.drop(store.url)
    return results


def _fill(databases: Databases, dialect: str, shape: Shape) -> Store:
    url = databases.new(dialect, migrated=True)
    started = time.monotonic()
    with databases.quick_commits(dialect):
        seed(url, shape)
    seconds = time.monotonic() - started
    print(f"{dialect}: {shape.messages:,} messages seeded in {seconds:.0f} s", flush=True)
    return Store(url, shape, agentstore.connect(url))


def _measure(
    dialect: str, measured: Measured, small: Store, large: Store, most_rounds: int
) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {"small": [], "large": []}
    # Until the working set was read and statements are prepared.
    for _ in range(min(measured.warm_up, most_rounds)):
        for store in (small, large):
            if measured.before is not None:
                measured.before(store)
            measured.call(store)
    for _ in range(min(measured.rounds, most_rounds)):
        for name, store in (("small", small), ("large", large)):
            if measured.before is not None:
                measured.before(store)
            started = time.perf_counter()
            measured.call(store)
            seconds[name].append(time.perf_counter() - started)
    ratio = statistics.median(seconds["large"]) / statistics.median(seconds["small"])
    print(f"{dialect}: {measured.title}: {ratio:.2f}", flush=True)
    return {"ratio": ratio, **seconds}


def _memory(large: Store, shape: Shape) -> dict[str, dict[str, float]]:
    """The peak of what Python holds, in megabytes, for some items and for ten times as many."""
    some = min(5_000, shape.messages // 20)
    some_sessions = min(some, shape.sessions // 20)
    exported = min(100, shape.sessions // 20)
    store = large.store
    iterations: dict[str, tuple[Callable[[], Iterator[Any]], int]] = {
        "iter_messages": (store.iter_messages, some),
        "iter_sessions": (store.iter_sessions, some_sessions),
        "export": (
            # Without the longest session: an exported conversation is held whole.
            lambda: (
                export_conversations(store, metadata={"user_id": user_of(shape.sessions - 1)})
                if shape.sessions > 10 * exported
                else export_conversations(store)
            ),
            exported,
        ),
    }
    return {
        name: {
            f"{count} items": _peak(itertools.islice(iterate(), count))
            for count in (number, 10 * number)
        }
        for name, (iterate, number) in iterations.items()
    }


def _peak(items: Iterable[Any]) -> float:
    tracemalloc.start()
    for _ in items:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1024 / 1024


def markdown(results: dict[str, Any]) -> str:
    """The table of a run."""
    shape, factor = results["shape"], results["factor"]
    dialects = results["dialects"]
    names = [f"{TITLES[dialect]}, {dialects[dialect]['server']}" for dialect in dialects]
    lines = [
        f"# {shape['messages']:,} messages beside a store {factor:,} times smaller",
        "",
        f"{shape['sessions']:,} sessions, the longest of {shape['longest']:,} messages. Each cell "
        "is the median of a call in the large store, divided by that in the small one, measured "
        f"by turns; it is meant to stay under {LIMIT}.",
        "",
        "| | " + " | ".join(names) + " |",
        "| --- |" + " --- |" * len(names),
    ]
    for measured in CALLS:
        cells = [f"{each['calls'][measured.title]['ratio']:.2f}" for each in dialects.values()]
        lines.append(f"| {measured.title} | " + " | ".join(cells) + " |")
    lines += ["", "Peak of the memory that Python holds (tracemalloc):", ""]
    for dialect, each in dialects.items():
        for name, peaks in each["memory"].items():
            told = ", ".join(f"{items}: {peak:.1f} MB" for items, peak in peaks.items())
            lines.append(f"- {TITLES[dialect]}, {name}: {told}")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--sessions", type=int, default=200_000)
    parser.add_argument("--longest", type=int, default=100_000)
    parser.add_argument("--factor", type=int, default=FACTOR)
    parser.add_argument("--dialect", action="append", choices=DIALECTS)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    shape = Shape(given.messages, given.sessions, given.longest)
    if shape.smaller(given.factor).sessions < 100:
        sys.exit("the smaller store has to have 100 sessions at least")
    results = run(given.dialect or DIALECTS, shape, given.factor)
    save_results(given.output, "scale", results, markdown(results))


if __name__ == "__main__":
    main()
