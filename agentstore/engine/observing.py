"""What an observer is told of each round trip, and the log of slow statements.

A store that has neither an observer nor slow_statement pays for one look at an attribute.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from agentstore.engine.interruption import let_through
from agentstore.records import StatementEvent

P = TypeVar("P")
T = TypeVar("T")
Observer: TypeAlias = Callable[[StatementEvent], object]

_logger = logging.getLogger("agentstore.statements")


class _Calling(threading.local):
    """Whether this thread is in the observer, whose own calls are not observed."""

    now: bool = False


class Observation:
    """Notes the round trips of a store's connections, and tells the observer of them.

    Args:
        slow_statement: seconds from which a round trip is logged as slow, or None.

    Attributes:
        is_active: whether anything is to be noted.
    """

    def __init__(self, slow_statement: float | None = None) -> None:
        self._observers: tuple[Observer, ...] = ()
        self._slow_statement = slow_statement
        self._calling = _Calling()
        self.is_active = slow_statement is not None

    def add(self, observer: Observer) -> None:
        """Tell an observer too from now on."""
        self._observers += (observer,)
        self.is_active = True

    def noting(
        self,
        function: Callable[[str, P], T],
        note: Callable[[float, T | None, BaseException | None], None],
    ) -> Callable[[str, P], T]:
        """A driver's function that notes how long it took and what came of it."""

        def noted(text: str, parameters: P) -> T:
            began = time.monotonic()
            try:
                result = function(text, parameters)
            except BaseException as exc:
                note(time.monotonic() - began, None, exc)
                raise
            note(time.monotonic() - began, result, None)
            return result

        return noted

    @property
    def is_wanted(self) -> bool:
        """Whether what runs now is to be observed: not what the observer itself calls."""
        return not self._calling.now

    def deliver(self, events: list[StatementEvent]) -> None:
        """Log what was slow and tell the observer; called when no connection is held for them."""
        for event in events:
            if self._slow_statement is not None and event.seconds >= self._slow_statement:
                _logger.warning("slow statement %s: %.3f s", event.name, event.seconds)
            for observer in self._observers:
                self._tell(observer, event)

    def _tell(self, observer: Observer, event: StatementEvent) -> None:
        handled = sys.exc_info()[1]
        self._calling.now = True
        try:
            observer(event)
        except Exception as exc:
            let_through(exc, handled)
            if handled is not None:
                _forget(handled, exc)
            _logger.exception("the observer raised an exception, which is dropped")
        finally:
            self._calling.now = False


def _forget(handled: BaseException, exc: BaseException) -> None:
    """Take what was handled meanwhile out of what an exception tells of its origin.

    It is the error that the observer was told of, most often, and has the driver's text.
    """
    seen: set[int] = set()
    waiting = [exc]
    while waiting:
        link = waiting.pop()
        seen.add(id(link))
        if link.__context__ is handled:
            link.__context__ = None
        if link.__cause__ is handled:
            link.__cause__ = None
        origins = (link.__context__, link.__cause__)
        waiting += [each for each in origins if each is not None and id(each) not in seen]


NOT_OBSERVED = Observation()
"""That of a connection whose store nobody observes."""


class _Opening(threading.local):
    """Whose the connections are that this thread opens."""

    observation: Observation = NOT_OBSERVED


_opening = _Opening()


def observation_of_opening() -> Observation:
    """That of the store for which this thread opens a connection."""
    return _opening.observation


@contextmanager
def opening_for(observation: Observation) -> Iterator[None]:
    """Have a store's observation note what a connection of its own says while it is opened."""
    before, _opening.observation = _opening.observation, observation
    try:
        yield
    finally:
        _opening.observation = before


def rows_of(result: Any) -> int:
    """How many rows a round trip returned or found."""
    if isinstance(result, int):
        return result
    if isinstance(result, list):
        return len(result)
    return 0
