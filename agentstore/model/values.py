"""The rules for single values: ids, names, numbers, times, text and JSON.

Everything here runs before anything is sent: what is wrong raises InvalidInputError and says
which argument, down to the path inside a JSON value (``metadata.scores[3]``).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.deep_json import load_deep, on_an_empty_stack
from agentstore.model.refusals import MAX_NESTING, are_plain, has_plain_levels, json_error, shown
from agentstore.records import JSONValue

MAX_NAME_LENGTH = 191
"""Characters of an id, a tool_name or a call_id: what InnoDB can index in utf8mb4."""
MAX_RESPONSE_TYPE_LENGTH = 64
MAX_METADATA_KEYS = 1000
"""Keys of a session's metadata: each of them may be a row of the index."""
MAX_ROWS = 2**63 - 1
"""The LIMIT that is sent where the caller gave none, in every dialect."""
UTC = timezone.utc
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)

_NOT_IN_AN_ID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SCALARS = frozenset({str, int, float, bool, type(None)})
_ESCAPED_KEY = "agentstore:escaped"
_ESCAPED_JSON = f'{{"{_ESCAPED_KEY}":'

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_encode_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def check_id(value: Any, name: str) -> str:
    """An id of a session, a message or a tool call.

    Raises:
        InvalidInputError: it is not 1 to 191 characters without control characters, without
            white space at either end, encodable in UTF-8.
    """
    if (
        type(value) is str
        and value.isascii()
        and value.isprintable()
        and 0 < len(value) <= MAX_NAME_LENGTH
        and value[0] != " " != value[-1]
    ):
        return value  # as nearly all are
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} is a str, not {type(value).__name__}")
    if not 0 < len(value) <= MAX_NAME_LENGTH:
        raise InvalidInputError(f"{name} has 1 to {MAX_NAME_LENGTH} characters, not {len(value)}")
    if not (value.isascii() and value.isprintable()) and _NOT_IN_AN_ID.search(value):
        raise InvalidInputError(f"{name} has a control character or a lone surrogate in it")
    if value.strip() != value:
        raise InvalidInputError(f"{name} has white space at an end")
    return plain_text(value)


def check_name(value: Any, name: str, *, least: int = 1, most: int = MAX_NAME_LENGTH) -> str:
    """A tool_name, a call_id or a response_type: text of a bounded length.

    Raises:
        InvalidInputError: it is no str, too short or too long, or has a NUL or lone surrogate.
    """
    if (
        type(value) is str
        and value.isascii()
        and value.isprintable()
        and least <= len(value) <= most
    ):
        return value  # as nearly all are
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} is a str, not {type(value).__name__}")
    if not least <= len(value) <= most:
        raise InvalidInputError(f"{name} has {least} to {most} characters, not {len(value)}")
    if needs_escape(value):
        raise InvalidInputError(f"{name} has a NUL or a lone surrogate in it")
    return plain_text(value)


def check_text(value: Any, name: str) -> str:
    """Any str at all.

    Raises:
        InvalidInputError: it is no str.
    """
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} is a str, not {type(value).__name__}")
    return plain_text(value)


def plain_text(value: str) -> str:
    """The text that a str subclass, such as a member of a str enum, holds."""
    return value if type(value) is str else str.__str__(value)


def check_flag(value: Any, name: str) -> bool:
    """True or False.

    Raises:
        InvalidInputError: it is neither.
    """
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name} is True or False, not {shown(value)}")
    return value


def check_choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    """One of a few words.

    Raises:
        InvalidInputError: it is another.
    """
    if type(value) is str and value in choices:
        return value
    if not isinstance(value, str) or value not in choices:
        raise InvalidInputError(f"{name} is one of {', '.join(choices)}, not {shown(value)}")
    return plain_text(value)


def check_number(value: Any, name: str, *, least: int = 0) -> int:
    """A limit, an offset, a position or a batch size.

    Raises:
        InvalidInputError: it is no integer (True is none), or less than ``least``.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError(f"{name} is an integer, not {shown(value)}")
    if value < least:
        raise InvalidInputError(f"{name} is at least {least}, not {shown(value)}")
    return min(int(value), MAX_ROWS)


def check_limit(value: Any, name: str = "limit") -> int:
    """As `check_number`; None means no limit."""
    return MAX_ROWS if value is None else check_number(value, name)


def check_datetime(value: Any, name: str) -> datetime:
    """A point in time, converted to UTC.

    Raises:
        InvalidInputError: it is no datetime, has no time zone, or is outside the years that
            a datetime can hold once it is in UTC.
    """
    if not isinstance(value, datetime):
        raise InvalidInputError(f"{name} is a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise InvalidInputError(f"{name} has no time zone; give an aware datetime")
    try:
        moved = value.astimezone(UTC)
    except OverflowError:
        raise InvalidInputError(f"{name} cannot be expressed in UTC") from None
    return moved.replace(fold=0)


def check_start(value: Any, name: str) -> datetime:
    """As `check_datetime`, of the time that a session begins: its writes have room for later ones.

    Raises:
        InvalidInputError: as `check_datetime`, or it is the last day of the year 9999 or later.
    """
    moment = check_datetime(value, name)
    if moment >= _END_OF_TIME:
        raise InvalidInputError(f"{name} is before the last day of the year 9999")
    return moment


def read_datetime(value: Any, name: str) -> datetime:
    """As `check_datetime`; ISO 8601 text with an offset is taken too, as JSON carries it.

    Raises:
        InvalidInputError: as `check_datetime`, or text that is not of that form.
    """
    if isinstance(value, str):
        text = value[:-1] + "+00:00" if value[-1:] in ("Z", "z") else value
        # Python 3.10 reads three or six digits of a second's fraction, and no other number.
        text = re.sub(r"\.(\d{1,6})(?=[+-])", lambda digits: f".{digits[1]:0<6}", text)
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise InvalidInputError(f"{name} is not an ISO 8601 date and time") from None
    return check_datetime(value, name)


def now() -> datetime:
    """The client's clock, in UTC."""
    return datetime.now(UTC)


def check_mapping(value: Any, name: str) -> dict[str, JSONValue]:
    """A JSON object, as a dict; None gives {}.

    Raises:
        InvalidInputError: it is no mapping. What is in it is checked by `dump_json`.
    """
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"{name} is a mapping, not {type(value).__name__}")
    return dict(value)


def dump_json(value: Any, name: str) -> str:
    """A JSON value as the text that is stored.

    Non-ASCII characters stand as themselves, for the DBA who reads them; lone surrogates,
    which no database takes, are escaped. Two that would join into one character when JSON is
    read again are the one case that JSON itself cannot hold: such a value is stored inside
    an object of ours (see `load_json`).

    Raises:
        InvalidInputError: json.dumps would not take it with allow_nan=False, a key is no
            str, or it is nested more than 500 deep; the message has the path.
    """
    if not value and type(value) is dict:
        return "{}"
    if type(value) not in _SCALARS:
        containers = [value]
        # As many as there may be levels cannot be nested too deeply.
        is_plain = are_plain(islice(containers, MAX_NESTING), containers)
        if not is_plain or (len(containers) > MAX_NESTING and not has_plain_levels(value)):
            error = json_error(value, name)
            if error is not None:
                raise error
    try:
        text = encode_json(value)
    except (TypeError, ValueError) as exc:
        raise _json_error(value, name, exc) from None
    except RecursionError:
        text = _encode_deep(value, name)
    if text.startswith(_ESCAPED_JSON):
        return _escaped(text)
    if text.isascii() or not _has_surrogate(text):
        return text
    if _SURROGATE_PAIR.search(text):
        return _escaped(text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def load_json(text: str) -> JSONValue:
    """The value that `dump_json` made a text of."""
    if text == "{}":
        return {}
    if text.startswith(_ESCAPED_JSON):
        text = unescape_text(json.loads(text)[_ESCAPED_KEY])
    try:
        # What JSONDecoder.decode does besides takes longer than a short text itself.
        value, end = _scan(text, 0)
    except (StopIteration, RecursionError):
        end = -1
    if end == len(text):
        return value
    try:
        return json.loads(text)  # there is white space at its ends
    except RecursionError:
        return load_deep(text)


class _Chunks(threading.local):
    """The C part of the encoder, made once a thread: the encoder's encode makes one a value."""

    def __init__(self, make: Callable[..., Callable[[Any, int], Iterable[str]]]) -> None:
        self._make = make
        self.renew()

    def renew(self) -> None:
        """Start again, after an error: the markers of what has failed are kept."""
        # In this order: markers (the ids of what the value is in, which threads cannot share),
        # default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan.
        quoted = json.encoder.encode_basestring
        self.of = self._make({}, _encoder.default, quoted, None, ":", ",", False, False, False)


def _make_encode() -> Callable[[Any], str]:
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _encoder.encode
    chunks = _Chunks(make)

    def encode(value: Any) -> str:
        try:
            return "".join(chunks.of(value, 0))
        except BaseException:
            chunks.renew()
            raise

    return encode


encode_json = _make_encode()
"""A JSON value as compact text, non-ASCII characters as themselves; nothing is checked."""


def same_json(first: Any, second: Any) -> bool:
    """Whether two JSON values are equal and of the same types (1 is neither 1.0 nor True)."""
    waiting: list[tuple[Any, Any]] = [(first, second)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, dict):
            if not isinstance(other, dict) or one.keys() != other.keys():
                return False
            waiting.extend((value, other[key]) for key, value in one.items())
        elif isinstance(one, (list, tuple)):
            if not isinstance(other, (list, tuple)) or len(one) != len(other):
                return False
            waiting.extend(zip(one, other, strict=True))
        elif _scalar_type(one) is not _scalar_type(other) or one != other:
            return False
        elif isinstance(one, float) and repr(one) != repr(other):
            return False  # one is -0.0
    return True


def _scalar_type(value: Any) -> type:
    """The type that a scalar has in JSON: a member of a str enum is a str."""
    kind = type(value)
    if kind in _SCALARS:
        return kind
    return next((base for base in (str, int, float) if isinstance(value, base)), kind)


def needs_escape(text: str) -> bool:
    """Whether a database would refuse a text as it stands: it has a NUL or lone surrogate."""
    return "\0" in text or _has_surrogate(text)


def _has_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()  # which takes a tenth of the time of a regular expression
    except UnicodeEncodeError:
        return True
    return False


def escape_text(text: str) -> str:
    """A text in ASCII with Python's escapes, for one that `needs_escape`."""
    return text.encode("unicode_escape").decode("ascii")


def unescape_text(text: str) -> str:
    """The text that `escape_text` escaped."""
    return text.encode("ascii").decode("unicode_escape")


def _escaped(text: str) -> str:
    return _encode_ascii({_ESCAPED_KEY: escape_text(text)})


def _json_error(value: Any, name: str, error: Exception) -> InvalidInputError:
    unknown = InvalidInputError(f"{name} cannot be stored as JSON: {str(error)[:100]}")
    return json_error(value, name) or unknown


def _encode_deep(value: Any, name: str) -> str:
    """Encode what needs more stack than is free here.

    Raises:
        InvalidInputError: as `dump_json`.
    """
    try:
        return on_an_empty_stack(encode_json, value)
    except (TypeError, ValueError) as exc:
        raise _json_error(value, name, exc) from None
