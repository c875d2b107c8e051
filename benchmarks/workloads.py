"""The workloads: what is prepared, and what is then measured, again and again."""

from __future__ import annotations

import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, TypeVar

from benchmarks.contender import MANY_WRITERS, Contender, NotServed, Plan
from benchmarks.samples import MESSAGES_A_TURN, SampleTurn, make_sessions, make_turns, user_id

T = TypeVar("T")

RECENT = 20
LISTED = 50
WRITERS_OF_ONE_SESSION = 8
_FILLED_AT_ONCE = 100


@dataclass(frozen=True)
class Sizes:
    """How much is stored and measured.

    Attributes:
        rounds: how often each workload is measured, the contenders taking turns.
        turns_a_round: turns that are appended in one measurement.
        history: messages of the session that is loaded whole.
        growth: messages of the sessions whose cost is plotted; the largest is the one of
            which the last are loaded.
        sessions: sessions among which a user's are listed.
        turns_a_writer: turns that each of many writers appends in one measurement.
        concurrent_rounds: how often that is measured.
        imported: messages that are imported, and then exported.
        import_rounds: measurements of an import.
        fill_seconds: a contender that takes longer to fill its tables is not measured.
        slow_seconds: a contender that has spent so much on a workload skips its later rounds.
    """

    rounds: int = 30
    turns_a_round: int = 5
    history: int = 400
    growth: tuple[int, ...] = (100, 1_000, 10_000)
    sessions: int = 10_000
    turns_a_writer: int = 10
    concurrent_rounds: int = 6
    imported: int = 100_000
    import_rounds: int = 10
    fill_seconds: float = 30.0
    slow_seconds: float = 12.0


FULL = Sizes()
QUICK = Sizes(
    rounds=8,
    growth=(100, 1_000),
    sessions=500,
    turns_a_writer=5,
    concurrent_rounds=3,
    imported=4_000,
    import_rounds=4,
    fill_seconds=10.0,
    slow_seconds=3.0,
)
TINY = Sizes(
    rounds=2,
    turns_a_round=1,
    history=4,
    growth=(4, 40),
    sessions=4,
    turns_a_writer=1,
    concurrent_rounds=1,
    imported=40,
    import_rounds=1,
)


@dataclass
class Opponent:
    """A contender in a run, and what the workloads have prepared for it.

    Attributes:
        contender: it.
        histories: the sessions that were filled, by their number of messages.
    """

    contender: Contender
    histories: dict[int, str] = field(default_factory=dict)

    def history(self, messages: int, sizes: Sizes) -> str:
        """The id of a session with so many messages; filled when first asked for.

        Raises:
            NotServed: filling it takes too long.
        """
        if messages not in self.histories:
            session_id = self.new_session()
            turns = make_turns(messages // MESSAGES_A_TURN)
            filling = _Filling(sizes, len(turns) * MESSAGES_A_TURN)
            for chunk in chunks(turns, _FILLED_AT_ONCE):
                self.contender.import_turns(session_id, chunk)
                filling.went_on(len(chunk) * MESSAGES_A_TURN)
            self.histories[messages] = session_id
        return self.histories[messages]

    def new_session(self) -> str:
        """The id of a new, empty session, of a user who is not asked about."""
        session_id = str(uuid.uuid4())
        self.contender.create_session(session_id, "another user")
        return session_id


class Workload(ABC):
    """One thing that is measured. Made anew for each run, as it may keep what it counted.

    Attributes:
        key: its name in the results.
        title: its name in the tables.
    """

    key: str
    title: str
    unit: str = "turn"

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.rounds = sizes.rounds

    def prepare(self, opponent: Opponent) -> None:  # noqa: B027 - an import needs nothing
        """Fill the contender's tables; not measured, and without waiting for the disk.

        Raises:
            NotServed: the contender cannot do this.
        """

    @abstractmethod
    def measure(self, opponent: Opponent) -> float:
        """Do it; says how many seconds one `unit` took."""

    def outcome(self, opponent: Opponent) -> dict[str, Any]:
        """What else is to be said at the end."""
        return {}


class AppendTurn(Workload):
    """A user's message when it comes, the assistant's with two tool calls when it is made."""

    key = "append"
    title = "append a turn, two calls"

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self._turns = cycle(make_turns(500))
        self._sessions: dict[int, str] = {}

    def prepare(self, opponent: Opponent) -> None:
        self._sessions[id(opponent)] = session_id = opponent.new_session()
        for turn in islice(self._turns, 8):  # until statements are prepared
            self.append(opponent.contender, session_id, turn)

    def measure(self, opponent: Opponent) -> float:
        turns = list(islice(self._turns, self.sizes.turns_a_round))
        session_id = self._sessions[id(opponent)]
        started = time.perf_counter()
        for turn in turns:
            self.append(opponent.contender, session_id, turn)
        return (time.perf_counter() - started) / len(turns)

    def append(self, contender: Contender, session_id: str, turn: SampleTurn) -> None:
        """Store one turn."""
        contender.append_turn(session_id, turn)


class AppendTurnAtOnce(AppendTurn):
    """The same in one transaction."""

    key = "append_at_once"
    title = "append a turn at once"

    def append(self, contender: Contender, session_id: str, turn: SampleTurn) -> None:
        contender.append_turn_at_once(session_id, turn)


class AppendTo(AppendTurn):
    """A turn at the end of a long session."""

    title = "append a turn to a session of {:,}"

    def __init__(self, sizes: Sizes, messages: int) -> None:
        super().__init__(sizes)
        self.key = f"append_to_{messages}"
        self.title = self.title.format(messages)
        self.rounds = max(1, sizes.rounds // 2)
        self._messages = messages

    def prepare(self, opponent: Opponent) -> None:
        self._sessions[id(opponent)] = opponent.history(self._messages, self.sizes)

    def measure(self, opponent: Opponent) -> float:
        [turn] = islice(self._turns, 1)
        session_id = self._sessions[id(opponent)]
        started = time.perf_counter()
        self.append(opponent.contender, session_id, turn)
        return time.perf_counter() - started


class LoadAll(Workload):
    """A whole history, as many tool calls in it as messages."""

    key = "load"
    unit = "call"
    calls = 2

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.title = f"load {sizes.history:,} messages with {sizes.history:,} tool calls"

    def prepare(self, opponent: Opponent) -> None:
        session_id = opponent.history(self.sizes.history, self.sizes)
        loaded = opponent.contender.load(session_id)
        if len(loaded) < self.sizes.history:
            raise AssertionError(f"{opponent.contender.name} has {len(loaded)} messages")

    def measure(self, opponent: Opponent) -> float:
        session_id = opponent.history(self.sizes.history, self.sizes)
        started = time.perf_counter()
        for _ in range(self.calls):
            opponent.contender.load(session_id)
        return (time.perf_counter() - started) / self.calls


class LoadRecent(Workload):
    """The end of a long history."""

    unit = "call"
    calls = 4

    def __init__(self, sizes: Sizes, messages: int) -> None:
        super().__init__(sizes)
        self.key = f"recent_of_{messages}"
        self.title = f"load the last {RECENT} of {messages:,}"
        self._messages = messages

    def prepare(self, opponent: Opponent) -> None:
        session_id = opponent.history(self._messages, self.sizes)
        for _ in range(6):
            opponent.contender.load_recent(session_id, RECENT)

    def measure(self, opponent: Opponent) -> float:
        session_id = opponent.history(self._messages, self.sizes)
        started = time.perf_counter()
        for _ in range(self.calls):
            opponent.contender.load_recent(session_id, RECENT)
        return (time.perf_counter() - started) / self.calls


class ListSessions(Workload):
    """A user's sessions among those of many."""

    key = "list"
    unit = "call"
    calls = 4

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.title = f"list {LISTED} of {sizes.sessions:,} sessions by user"

    def prepare(self, opponent: Opponent) -> None:
        opponent.contender.list_sessions(user_id(0), LISTED)  # before it is filled in vain
        filling = _Filling(self.sizes, self.sizes.sessions, "sessions")
        users = max(1, self.sizes.sessions // LISTED)
        sessions = list(make_sessions(self.sizes.sessions, 0, users=users))
        for chunk in chunks(sessions, _FILLED_AT_ONCE):
            opponent.contender.import_sessions(chunk)
            filling.went_on(len(chunk))
        for _ in range(6):
            listed = opponent.contender.list_sessions(user_id(0), LISTED)
        if len(listed) < min(LISTED, self.sizes.sessions):
            raise AssertionError(f"{opponent.contender.name} lists {len(listed)} sessions")

    def measure(self, opponent: Opponent) -> float:
        started = time.perf_counter()
        for _ in range(self.calls):
            opponent.contender.list_sessions(user_id(0), LISTED)
        return (time.perf_counter() - started) / self.calls


class Concurrent(Workload):
    """Many writers at once; counts what was refused, and what is not there afterwards."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.rounds = sizes.concurrent_rounds
        self._plans: dict[int, list[Plan]] = {}
        self._appended: dict[int, int] = {}
        self._refused: dict[int, list[Exception]] = {}

    @abstractmethod
    def plans(self, opponent: Opponent, turns: list[SampleTurn]) -> list[Plan]:
        """Which writer appends where."""

    def prepare(self, opponent: Opponent) -> None:
        turns = make_turns(self.sizes.turns_a_writer)
        self._plans[id(opponent)] = self.plans(opponent, turns)
        self._appended[id(opponent)] = 0
        self._refused[id(opponent)] = []
        self.measure(opponent)  # opens the connections

    def measure(self, opponent: Opponent) -> float:
        plans = self._plans[id(opponent)]
        turns = sum(len(turns) for _, turns in plans)
        started = time.perf_counter()
        self._refused[id(opponent)] += opponent.contender.append_concurrently(plans)
        seconds = time.perf_counter() - started
        self._appended[id(opponent)] += turns
        return seconds / turns

    def outcome(self, opponent: Opponent) -> dict[str, Any]:
        appended = self._appended[id(opponent)]
        refused = self._refused[id(opponent)]
        sessions = {session_id for session_id, _ in self._plans[id(opponent)]}
        stored = sum(opponent.contender.count_messages(session_id) for session_id in sessions)
        acknowledged = (appended - len(refused)) * MESSAGES_A_TURN
        return {
            "turns": appended,
            "refused_turns": len(refused),
            "refusals": sorted({f"{type(error).__name__}: {error}"[:300] for error in refused})[:3],
            "lost_messages": max(0, acknowledged - stored),
        }


class ManySessions(Concurrent):
    """Each writer has a session of its own."""

    key = "many_sessions"
    title = f"{MANY_WRITERS} threads on {MANY_WRITERS} sessions"

    def plans(self, opponent: Opponent, turns: list[SampleTurn]) -> list[Plan]:
        return [(opponent.new_session(), turns) for _ in range(MANY_WRITERS)]


class OneSession(Concurrent):
    """All write to the same session."""

    key = "one_session"
    title = f"{WRITERS_OF_ONE_SESSION} threads on one session"

    def plans(self, opponent: Opponent, turns: list[SampleTurn]) -> list[Plan]:
        session_id = opponent.new_session()
        return [(session_id, turns) for _ in range(WRITERS_OF_ONE_SESSION)]


class Import(Workload):
    """Sessions of 100 messages, in batches of 2,000 messages a transaction."""

    key = "import"
    unit = "message"
    messages_a_session = 100
    sessions_a_batch = 20

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.rounds = sizes.import_rounds
        self.title = f"import {sizes.imported:,} messages"

    def measure(self, opponent: Opponent) -> float:
        a_session = min(self.messages_a_session, self.sizes.imported)
        count = max(1, self.sizes.imported // a_session // self.rounds)
        sessions = list(make_sessions(count, a_session // MESSAGES_A_TURN))
        limit = self.sizes.slow_seconds / 2
        started = time.perf_counter()
        stored = 0
        for batch in chunks(sessions, self.sessions_a_batch):
            opponent.contender.import_sessions(batch)
            stored += len(batch) * a_session
            if time.perf_counter() - started > limit:
                break
        return (time.perf_counter() - started) / stored


class Export(Workload):
    """All that was imported, as lines of JSON."""

    key = "export"
    unit = "message"

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.rounds = max(1, sizes.import_rounds // 3)
        self.title = "export it"

    def prepare(self, opponent: Opponent) -> None:
        if not opponent.contender.export(len):
            raise NotServed("nothing was imported")

    def measure(self, opponent: Opponent) -> float:
        started = time.perf_counter()
        count = opponent.contender.export(len)
        return (time.perf_counter() - started) / count


def everyday_workloads(sizes: Sizes) -> list[Workload]:
    """Those that share a database."""
    return [
        AppendTurn(sizes),
        AppendTurnAtOnce(sizes),
        LoadAll(sizes),
        *(LoadRecent(sizes, messages) for messages in sizes.growth),
        *(AppendTo(sizes, messages) for messages in sizes.growth),
        ManySessions(sizes),
        OneSession(sizes),
        ListSessions(sizes),
    ]


def transfer_workloads(sizes: Sizes) -> list[Workload]:
    """Those that have a database to themselves: what the first stores, the second reads."""
    return [Import(sizes), Export(sizes)]


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Pieces of a sequence."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


class _Filling:
    """Watches how long it takes to fill a table."""

    def __init__(self, sizes: Sizes, wanted: int, what: str = "messages") -> None:
        self._limit = sizes.fill_seconds
        self._wanted = wanted
        self._what = what
        self._done = 0
        self._started = time.perf_counter()

    def went_on(self, count: int) -> None:
        """So many more are there.

        Raises:
            NotServed: it takes too long.
        """
        self._done += count
        seconds = time.perf_counter() - self._started
        if seconds > self._limit and self._done < self._wanted:
            raise NotServed(
                f"too slow to be filled: {self._done:,} of {self._wanted:,} {self._what} "
                f"in {seconds:.0f} s"
            )
