"""Tables that have a row a message: read in the order of their ids, all sessions at once."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable
from typing import Any, ClassVar

from agentstore.integrations.shared.drafts import Draft
from agentstore.movers.moving import Mover, Page, Target
from agentstore.records import JSONValue
from agentstore.transfer.foreign import Problem, reason_of
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.identities import made_id
from agentstore.transfer.json_text import parse

ROWS_A_PAGE = 200


class RowMover(Mover):
    """Moves a table by its statements ``count_messages`` and ``read_messages``.

    The second gives id, session id, JSON text, time of the message and time of the session. Few
    of these tables have an index by session, so they are read once from end to end.
    """

    key: ClassVar[str]
    """The adapter's, under which the framework's own message is kept."""

    def count(self) -> int:
        """How many messages there are."""
        return int(self._database.read("count_messages")[0][0])

    @abstractmethod
    def draft(self, value: JSONValue) -> Draft:
        """What a message of the framework becomes.

        Raises:
            ValueError: it is none; so do KeyError and TypeError say.
        """

    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        done = 0
        for rows in self._database.pages("read_messages", ROWS_A_PAGE, after_key_id=None):
            by_session: defaultdict[str, list[Draft]] = defaultdict(list)
            began: dict[str, Any] = {}
            for row_id, session_id, text, at, session_at in rows:
                began.setdefault(session_id, session_at if session_at is not None else at)
                draft = self._draft(target, row_id, session_id, text)
                if draft is not None:
                    draft.timestamp = read_moment(at)
                    by_session[session_id].append(draft)
            self._store(target, by_session, began)
            done += len(rows)
            progress(done)

    def _store(
        self, target: Target, by_session: dict[str, list[Draft]], began: dict[str, Any]
    ) -> None:
        def work(page: Page) -> None:
            for session_id, drafts in by_session.items():
                if page.begin(session_id, created_at=read_moment(began[session_id])):
                    page.save(session_id, self.key, drafts)

        target.store_page(work)

    def _draft(self, target: Target, row_id: Any, session_id: str, text: str) -> Draft | None:
        try:
            draft = self.draft(parse(text))
        except (ValueError, KeyError, TypeError) as exc:
            reason = reason_of(exc) or type(exc).__name__
            target.refuse(Problem("message", str(row_id), session_id, reason))
            return None
        draft.id = made_id(self.kind, session_id, str(row_id), text)
        return draft
