"""Who lists a user's sessions by last activity, page by page."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar

import agentstore
from agentstore.dialects.registry import load_statements
from benchmarks.contender import NotServed
from benchmarks.contenders import RAW
from benchmarks.raw import sessions_of
from benchmarks.scale_seed import FIRST_MOMENT, seed_lists, session_id

PAGE = 50
TENANT, USER = "acme", "user-0"


class Lister(ABC):
    """A contender with a store in which one user has all the sessions.

    Args:
        url: the store's database.
        sessions: how many there are.
    """

    name: ClassVar[str]
    own_tables: ClassVar[bool] = True

    def __init__(self, url: str, sessions: int) -> None:
        self.url = url
        self.sessions = sessions

    @abstractmethod
    def fill(self) -> None:
        """Make the sessions.

        Raises:
            NotServed: it cannot be had on this database.
        """

    @abstractmethod
    def place(self, page: int) -> Any:
        """What `read` needs to find a page, of which 0 is the first."""

    @abstractmethod
    def read(self, place: Any) -> Sequence[Any]:
        """The sessions of a page."""

    @abstractmethod
    def close(self) -> None:
        """Give back the connections."""


class OurLister(Lister):
    """agentstore: each page by the token of the one before."""

    name = "agentstore"
    own_tables = False

    def fill(self) -> None:
        seed_lists(self.url, self.sessions, TENANT, USER)
        self._store = agentstore.connect(self.url)
        self._view = self._store.scoped(tenant_id=TENANT, user_id=USER)

    def place(self, page: int) -> Any:
        token = None
        for _ in range(page):
            token = self._page(token).next_page_token
        return token

    def read(self, place: Any) -> Sequence[Any]:
        return self._page(place).items

    def _page(self, token: str | None) -> Any:
        return self._view.page_sessions(order_by="last_message_at", limit=PAGE, page_token=token)

    def close(self) -> None:
        self._store.close()


class RawLister(Lister):
    """The same statement on the bare driver, by the last key of the page before."""

    name = "raw"
    own_tables = False

    def fill(self) -> None:
        seed_lists(self.url, self.sessions, TENANT, USER)
        dialect = self.url.partition(":")[0]
        module, _, class_name = RAW[dialect][0].partition(":")
        self._contender = getattr(import_module(module), class_name)(self.url)
        self._is_text = dialect != "postgresql"
        statement = load_statements(dialect)["sessions/query_recent_sessions_desc"]
        scope = {"scope", "scope_user"}
        self._texts = [statement.render(frozenset(scope | more)) for more in ({"after_key"}, set())]

    def place(self, page: int) -> Any:
        last: Any = 0
        for _ in range(page):
            last = self.read(last)[-1]
        return last

    def read(self, place: Any) -> Sequence[Any]:
        parameters = {"scope_tenant_id": TENANT, "scope_user_id": USER, "limit": PAGE, "offset": 0}
        if place:
            at = place["last_message_at"]
            parameters["after_key_last_message_at"] = (
                at.replace(tzinfo=None).isoformat(" ", "microseconds") if self._is_text else at
            )
            parameters["after_key_id"] = place["id"]
        connection = self._contender.connection
        if isinstance(connection, sqlite3.Connection):
            cursor: Any = connection
        else:
            cursor = connection.cursor()
        found = cursor.execute(self._texts[not place], parameters)
        rows = (found if isinstance(connection, sqlite3.Connection) else cursor).fetchall()
        return sessions_of(rows, _time if self._is_text else None)

    def close(self) -> None:
        self._contender.close()


class AgnoLister(Lister):
    """Agno: pages by number."""

    name = "Agno"

    def fill(self) -> None:
        from agno.db.base import SessionType  # noqa: PLC0415

        from benchmarks.peers import agno  # noqa: PLC0415

        of_dialect = {
            "sqlite": agno.AgnoSQLite,
            "postgresql": agno.AgnoPostgres,
            "mysql": agno.AgnoMySQL,
        }
        self._kind = SessionType.AGENT
        self._contender = of_dialect[self.url.partition(":")[0]](self.url)
        for number in range(self.sessions):
            self._contender.create_session(session_id(number), USER)

    def place(self, page: int) -> Any:
        return page + 1

    def read(self, place: Any) -> Sequence[Any]:
        found: Sequence[Any] = self._contender._database.get_sessions(
            session_type=self._kind,
            user_id=USER,
            limit=PAGE,
            page=place,
            sort_by="updated_at",
            sort_order="desc",
            **self._contender.without_runs,
        )
        return found

    def close(self) -> None:
        self._contender.close()


class ADKLister(Lister):
    """Google ADK: all of a user's sessions, sorted in Python."""

    name = "Google ADK DatabaseSessionService"

    def fill(self) -> None:
        from benchmarks.peers.google_adk import GoogleADK  # noqa: PLC0415

        self._contender = GoogleADK(self.url)
        for number in range(self.sessions):
            self._contender.create_session(session_id(number), USER)

    def place(self, page: int) -> Any:
        return page * PAGE

    def read(self, place: Any) -> Sequence[Any]:
        listed = self._contender.list_sessions(USER, self.sessions)
        found = sorted(listed, key=lambda each: each.last_update_time, reverse=True)
        return found[place : place + PAGE]

    def close(self) -> None:
        self._contender.close()


class ChainlitLister(Lister):
    """Chainlit: all of a user's threads with their steps, searched in Python for the cursor."""

    name = "Chainlit SQLAlchemyDataLayer"

    def fill(self) -> None:
        if self.url.startswith("mysql:"):
            raise NotServed("its statements quote names as PostgreSQL does")
        from benchmarks.peers.chainlit import ChainlitThreads  # noqa: PLC0415

        self._threads = ChainlitThreads(self.url, self.sessions)
        times = [FIRST_MOMENT + timedelta(seconds=number) for number in range(self.sessions)]
        self._threads.fill(USER, [(session_id(n), f"{at:%FT%T}Z") for n, at in enumerate(times)])

    def place(self, page: int) -> Any:
        # The newest is the last that was made.
        return session_id(self.sessions - page * PAGE) if page else None

    def read(self, place: Any) -> Sequence[Any]:
        return self._threads.page(USER, PAGE, place)

    def close(self) -> None:
        self._threads.close()


LISTERS: tuple[type[Lister], ...] = (RawLister, OurLister, AgnoLister, ADKLister, ChainlitLister)


def _time(text: Any) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00") if isinstance(text, str) else text
