"""A session by its id, or by a beginning of it that no other id has."""

from __future__ import annotations

import click

from agentstore.cli.output import visible
from agentstore.errors import ConfigurationError, InvalidInputError
from agentstore.model.values import check_id
from agentstore.storage import Storage

_LAST_CHARACTER = "\U0010ffff"


def session_id_of(store: Storage, given: str, *, trashed: bool = False) -> str:
    """The id of the session that a person means.

    Args:
        store: where it is.
        given: the id, or its beginning.
        trashed: whether it may be in the trash.

    Raises:
        click.ClickException: there is none, or there are several.
    """
    try:
        check_id(given, "session")
    except InvalidInputError as exc:
        raise click.UsageError(str(exc)) from exc
    exact = store.get_session(given, trashed=True)
    if exact is not None and (trashed or exact.trashed_at is None):
        return given
    # One in the trash is not there, but its id is no mere beginning of another.
    found = [] if exact is not None else _ids_with_prefix(store, given)
    if len(found) > 1:
        names = " and ".join(map(visible, found))
        raise click.ClickException(f"{visible(given)} begins several ids: {names}, for two")
    if not found or store.get_session(found[0], trashed=trashed) is None:
        raise click.ClickException(f"there is no session {visible(given)}")
    return found[0]


def _ids_with_prefix(store: Storage, prefix: str) -> list[str]:
    try:
        lookup = store.extension("lookup")
    except ConfigurationError:  # a dialect that has whole ids only
        return []
    parameters = {"prefix": prefix, "prefix_end": prefix + _LAST_CHARACTER, "limit": 2}
    return [row[0] for row in lookup.read("find_sessions_by_prefix", parameters)]
