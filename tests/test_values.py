"""Single values: what JSON and text can be stored, exactly, and what is refused by its path."""

from __future__ import annotations

import json
import sys
import threading
import tracemalloc
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentstore import InvalidInputError
from agentstore.model.deep_json import _load_without_recursion
from agentstore.model.identifiers import new_id
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.values import (
    check_datetime,
    dump_json,
    encode_json,
    escape_text,
    load_json,
    needs_escape,
    read_datetime,
    same_json,
    unescape_text,
)

ANY_TEXT = st.text(st.characters())
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=8,
)


@given(JSON)
def test_json_comes_back_and_can_be_sent(value: Any) -> None:
    text = dump_json(value, "value")
    text.encode("utf-8")
    assert "\0" not in text
    json.loads(text)
    back = load_json(text)
    assert back == value
    assert repr(back) == repr(value)


def test_two_surrogates_stay_two() -> None:
    for value in (
        "\ud83d\ude00",
        {"\ud83d\ude00": 1},
        {"agentstore:escaped": "x"},
        {"agentstore:escaped": "é\ud800"},
        {"agentstore:escaped": 1, "b": "é"},
    ):
        assert load_json(dump_json(value, "value")) == value


@given(ANY_TEXT)
def test_text_is_escaped_only_where_it_must_be(text: str) -> None:
    refused = "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
    assert needs_escape(text) is refused
    assert escape_text(text).isascii()
    assert unescape_text(escape_text(text)) == text


def test_what_was_written_deep_down_can_be_read_deep_down() -> None:
    value: Any = []
    for _ in range(sys.getrecursionlimit() // 2):
        value = [value]
    text = encode_json(value)  # deeper than what is taken now, as older versions stored it

    def read_at(depth: int) -> Any:
        return read_at(depth - 1) if depth else load_json(text)

    results: list[Any] = []
    reader = threading.Thread(
        target=lambda: results.append(read_at(sys.getrecursionlimit() * 7 // 10))
    )
    reader.start()
    reader.join()
    assert encode_json(results[0]) == text


@pytest.mark.parametrize("depth", [1_100, 100_000])
def test_what_is_stored_deeper_than_python_recurses_is_read(depth: int) -> None:
    text = f'{{"a": [1, {"[" * depth}"\\u00e9", {{"b": []}}{"]" * depth}], "c": {{}}}}'
    value: Any = load_json(text)
    assert [*value] == ["a", "c"]
    inner = value["a"][1]
    for _ in range(depth - 1):
        [inner] = inner
    assert inner == ["\u00e9", {"b": []}]


@given(JSON, st.sampled_from([None, 0, 1]))
def test_deep_texts_are_read_as_json_is(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert repr(_load_without_recursion(f" {text}\n")) == repr(json.loads(text))


@given(st.text('[]{},:"a1 ', max_size=9))
def test_what_is_no_json_is_none_when_read_without_recursion(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"no JSON|Invalid|Unterminated"):
            _load_without_recursion(text)
    else:
        assert _load_without_recursion(text) == expected


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"scores": [1, 2, 3, float("nan")]}, r"metadata\.scores\[3\]"),
        ({"a": {"b": {1: 2}}}, r"metadata\.a\.b"),
        ({"a": [(1, {2})]}, r"metadata\.a\[0\]\[1\]"),
        ({"a": b"x"}, r"metadata\.a"),
        ({"a": datetime(2026, 1, 1)}, r"metadata\.a"),
        ({None: 1}, "metadata has a key"),
        (float("-inf"), "metadata"),
    ],
)
def test_what_is_no_json_is_named_by_its_path(value: Any, path: str) -> None:
    with pytest.raises(InvalidInputError, match=path):
        dump_json(value, "metadata")


def test_more_digits_than_python_prints() -> None:
    with pytest.raises(InvalidInputError, match=r"metadata\.n cannot be stored"):
        dump_json({"n": 10**5000}, "metadata")


def test_what_contains_itself() -> None:
    value: dict[str, Any] = {}
    value["again"] = value
    with pytest.raises(InvalidInputError, match=r"metadata\.again contains itself"):
        dump_json(value, "metadata")


def test_what_contains_itself_is_not_written_out_first() -> None:
    value: dict[str, Any] = {"text": "x" * 20_000}
    value["again"] = value
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError, match="contains itself"):
            dump_json(value, "metadata")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    del value["again"]
    assert load_json(dump_json(value, "metadata")) == value


def test_sameness_is_of_types_too() -> None:
    assert same_json({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert same_json([(1, [])], ([1, ()],))
    for one, *others in (
        (1, 1.0, True, "1", [1], {"1": 1}, None),
        (0.0, -0.0, 0, False),
        ([1, 2], [1, 2, 3], [2, 1], {}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1.0}]}, {"a": [{"c": 1}]}, {}),
        ("\ud83d\ude00", "\U0001f600"),
    ):
        assert same_json(one, one)
        for other in others:
            assert not same_json(one, other)
            assert not same_json([other], [one])


@given(JSON, JSON)
def test_sameness_is_that_of_the_texts(one: Any, other: Any) -> None:
    def text(value: Any) -> str:
        return json.dumps(value, sort_keys=True, ensure_ascii=False)

    assert same_json(one, other) is (text(one) == text(other))


def test_a_lone_surrogate_leaves_other_characters_as_they_are() -> None:
    assert dump_json(["\u20ac\ud800"], "value") == '["\u20ac\\ud800"]'


def test_entries_are_equal_where_values_are() -> None:
    def entry(value: Any) -> list[str]:
        return metadata_entries({"k": value})

    assert entry(1) == entry(1.0) == ['["k",1]']
    assert entry(2**70) == entry(float(2**70))
    assert len({*entry(1), *entry(True), *entry("1"), *entry(None), *entry("")}) == 5
    assert entry("\ud83d\ude00") != entry("\U0001f600")
    assert entry([1]) == entry({}) == []
    assert all(len(text) <= 255 and text.isascii() for text in entry("é" * 9999))


def test_times_are_moved_to_utc() -> None:
    there = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert check_datetime(there, "after") == there
    assert check_datetime(there, "after").utcoffset() == timedelta(0)
    for bad in (datetime(2026, 1, 1), there.date(), "2026-01-01T00:00:00Z"):
        with pytest.raises(InvalidInputError, match="after"):
            check_datetime(bad, "after")
    with pytest.raises(InvalidInputError, match="after"):
        check_datetime(datetime.min.replace(tzinfo=there.tzinfo), "after")


def test_times_in_json_are_read() -> None:
    expected = datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=timezone.utc)
    for text in ("2026-01-02T03:04:05.6Z", "2026-01-02T05:04:05.600000+02:00"):
        assert read_datetime(text, "timestamp") == expected
    for text in ("yesterday", "2026-01-02T03:04:05", ""):
        with pytest.raises(InvalidInputError, match="timestamp"):
            read_datetime(text, "timestamp")


def test_ids_are_version_7_and_grow() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {text[14] for text in ids} == {"7"}
    assert ids[0][:13] <= ids[-1][:13]
