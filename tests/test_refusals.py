"""To refuse a value costs memory in proportion to it."""

from __future__ import annotations

import json
import tracemalloc

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


@pytest.mark.parametrize("name", sorted(Options.names()))
def test_options_of_5000_digits(name: str) -> None:
    """Python writes no such number in digits."""
    for number in (-(10**5000), "9" * 5000):
        with pytest.raises(ConfigurationError, match=name) as info:
            Options().changed({name: number})
        assert len(str(info.value)) < 300
