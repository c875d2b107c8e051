"""To refuse a value costs memory in proportion to it."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from agentstore import InvalidInputError
from agentstore.engine.options import Options
from agentstore.errors import ConfigurationError
from agentstore.model.values import dump_json

TEXTS = {
    "many values beside": '{"k": [' + "1," * 50_000 + "NaN]}",
    "a long key above many values": '{"' + "k" * 100_000 + '": [' + "1," * 2_000 + "NaN]}",
    "many keys beside": "{" + ",".join(f'"{n}": {n}' for n in range(20_000)) + ', "x": NaN}',
    "deep": "[" * 400 + ",".join(["1"] * 20_000) + ", NaN" + "]" * 400,
    "many lists": "[" + "[1]," * 30_000 + "NaN]",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_memory(text: str) -> None:
    """Some ten times the size of the text, as json.dumps takes them (it was 2,000 times)."""
    value = json.loads(text)
    tracemalloc.start()
    with pytest.raises(InvalidInputError):
        dump_json(value, "metadata")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * len(text) + 200_000


def _doubled(levels: int, inner: Any) -> Any:
    for _ in range(levels):
        inner = [inner, inner]
    return inner


def _endless() -> Any:
    value: dict[str, Any] = dict.fromkeys(map(str, range(1000)))
    value["999"] = [[value] * 2, value]
    return value


SHARED = {
    "too deep": (_doubled(600, []), "nested too deeply"),
    "too deep by one": (_doubled(500, []), "nested too deeply"),
    "a set": (_doubled(400, {1}), "not JSON serializable"),
    "a number": (_doubled(400, float("nan")), "NaN"),
    "a key": (_doubled(400, {1: 1}), "no str"),
    "itself": (_doubled(400, _endless()), "contains itself"),
    "a shallow set behind": ([_doubled(30, 1), {1}], "not JSON serializable"),
    "a deep list that is met in a shallow place first": (
        [shared := _doubled(400, []), _doubled(200, shared)],
        "nested too deeply",
    ),
}


@pytest.mark.parametrize(("value", "reason"), SHARED.values(), ids=SHARED)
def test_what_is_in_many_places_is_looked_at_once(value: Any, reason: str) -> None:
    """Written out, it would not have an end."""
    with pytest.raises(InvalidInputError, match=reason):
        dump_json(value, "metadata")


def test_shared_values_are_taken() -> None:
    value = _doubled(12, {"a": [1]})
    for levels in (0, 100, 487):
        for _ in range(levels):
            value = [value]
        if levels != 487:
            assert json.loads(dump_json(value, "metadata")) == value
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        dump_json(value, "metadata")


@pytest.mark.parametrize("name", sorted(Options.names()))
def test_options_of_5000_digits(name: str) -> None:
    """Python writes no such number in digits."""
    for number in (-(10**5000), "9" * 5000):
        with pytest.raises(ConfigurationError, match=name) as info:
            Options().changed({name: number})
        assert len(str(info.value)) < 300
