"""Lists reach PostgreSQL as they are, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from enum import IntEnum
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentstore.dialects.postgresql import values
from agentstore.testing import ServerAddress

TEXTS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from('{}",\\\n\t NULnul%'),
    max_size=8,
)
TIMES = st.datetimes(timezones=st.just(timezone.utc), min_value=datetime(1, 1, 1))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "timestamptz": TIMES,
    "bytea": st.binary(max_size=8),
}


def few_of(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists in which the same values stand again and again, as a transaction's times do."""
    return st.lists(st.sampled_from([None, *values]), min_size=6, max_size=20)


@pytest.fixture(scope="module")
def connection(postgres_server: ServerAddress) -> Iterator[psycopg.Connection]:
    """A connection that dumps lists as the library's do."""
    with psycopg.connect(postgres_server.base_url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        values.register(connection.adapters)
        yield connection


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_list_comes_back(connection: psycopg.Connection, kind: str, data: st.DataObject) -> None:
    values = data.draw(
        st.lists(KINDS[kind], max_size=5)
        | st.lists(st.none() | KINDS[kind])
        | st.lists(KINDS[kind], min_size=1, max_size=3).flatmap(few_of)
    )
    row = connection.execute(f"SELECT %s::{kind}[]", [values]).fetchone()  # type: ignore[arg-type,unused-ignore]
    assert row == (values,)


class _Time(datetime):
    """As freezegun's or pandas' is."""


class _Number(IntEnum):
    ONE = 1


class _Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (_Time(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 1, tzinfo=timezone.utc)),
        (_Number.ONE, 1),
        (_Text('"a"'), '"a"'),
    ],
)
def test_what_is_of_a_subclass_goes_as_what_it_is(value: Any, plain: Any) -> None:
    dump = values.ListDumper(list).dump
    assert dump([value, None]) == dump([plain, None])


def test_a_nul_is_refused_and_not_a_border(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT %s::text[]", [["a\0b", "c"]])
