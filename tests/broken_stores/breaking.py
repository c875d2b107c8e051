"""How a `Storage` is broken on purpose, and which tests of the suite must catch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agentstore import Storage

Break = Callable[[], None]
BREAKAGES: dict[str, Break] = {}
CAUGHT_BY: dict[str, list[str]] = {}


def breakage(*caught_by: str) -> Callable[[Break], Break]:
    """Register a way to break `Storage`, and the tests that must fail then."""

    def register(function: Break) -> Break:
        name = function.__name__
        BREAKAGES[name] = function
        CAUGHT_BY[name] = list(caught_by)
        return function

    return register


def wrap(method: str, wrapper: Callable[..., Any]) -> None:
    """Put ``wrapper(original, store, *args, **how)`` in the place of a method of `Storage`."""
    original = getattr(Storage, method)

    def broken(self: Storage, *args: Any, **how: Any) -> Any:
        return wrapper(original, self, *args, **how)

    setattr(Storage, method, broken)


def change_messages(change: Callable[[Any], Any]) -> None:
    """Return messages changed, whichever way they are read."""
    wrap("get_message", lambda f, s, *a: (found := f(s, *a)) and change(found))
    for method in ("get_history", "query_messages"):
        wrap(method, lambda f, s, *a, **how: [change(found) for found in f(s, *a, **how)])
    wrap("iter_messages", lambda f, s, **how: (change(found) for found in f(s, **how)))


def change_sessions(change: Callable[[Any], Any]) -> None:
    """Return sessions changed, whichever way they are read."""
    wrap("get_session", lambda f, s, *a: (found := f(s, *a)) and change(found))
    wrap("query_sessions", lambda f, s, **how: [change(found) for found in f(s, **how)])


def change_content(change: Callable[[str], str]) -> None:
    """Save other content than was given."""
    for role in ("user", "assistant", "system", "tool"):
        wrap(
            f"save_{role}_message",
            lambda f, s, sid, content, *a, **how: f(
                s, sid, change(content) if isinstance(content, str) else content, *a, **how
            ),
        )


def drop_argument(method: str, *names: str) -> None:
    """Forget arguments of a method."""
    wrap(
        method,
        lambda f, s, *a, **how: f(s, *a, **{k: v for k, v in how.items() if k not in names}),
    )
