"""A tool call's arguments: any JSON value, but no JSON text that somebody forgot to parse."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from agentstore.errors import InvalidInputError
from agentstore.model.refusals import MAX_NESTING


class ExactText(str):
    """A text that is meant as one, though it reads as a JSON object.

    What another program kept as a call's arguments stays what it was.
    """

    __slots__ = ()


def exact(arguments: Any) -> Any:
    """Arguments as another program gave them: a text stays a text, whatever is in it."""
    return ExactText(arguments) if isinstance(arguments, str) else arguments


def refuse_json_text(arguments: Any, name: str) -> None:
    """Refuse the text of a JSON object, as model providers give arguments.

    It would be stored as a text, and found to be one much later. A text that could not be parsed
    without a loss (a key twice, NaN) is a text.

    Raises:
        InvalidInputError: it is one.
    """
    if type(arguments) is not str or not arguments.lstrip().startswith("{"):
        return
    try:
        json.loads(
            arguments, object_pairs_hook=_distinct, parse_constant=_refused, parse_float=_finite
        )
    except (ValueError, RecursionError):
        return
    if arguments.count("{") + arguments.count("[") <= MAX_NESTING:
        raise InvalidInputError(f"{name} is the text of a JSON object: give json.loads(…) of it")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number
