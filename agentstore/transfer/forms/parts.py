"""Content parts as the providers write them -> the parts of OpenAI's chat-completions.

Every reader and adapter knows those two, text and images. What else there is stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from agentstore.records import JSONValue
from agentstore.transfer.forms.pieces import Part, Piece, Unknown
from agentstore.transfer.json_text import compact
from agentstore.transfer.plain_form import TEXT_PARTS

_KEPT_AS_THEY_ARE = frozenset({"image_url", "input_audio", "file", "refusal", "video_url"})
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BEGINNINGS = {
    "iVBORw0KGgo": "image/png",
    "/9j/": "image/jpeg",
    "R0lGOD": "image/gif",
    "UklGR": "image/webp",
}
"""How images begin in base64."""

_MIME_TYPES = ("mediaType", "mimeType")
_SOURCE_KEYS = frozenset({"type", "source", "image", "image_url", "url", "base64", "mime_type"})


def text_part(text: str) -> Part:
    """A text."""
    return Part({"type": "text", "text": text})


def image_part(url: str, **further: JSONValue) -> Part:
    """An image by its URL, which may be a data: URL."""
    return Part({"type": "image_url", "image_url": {"url": url}, **further})


def is_link(value: JSONValue) -> TypeGuard[str]:
    """Whether a value is a URL that leads somewhere from anywhere, or has its data in itself."""
    return isinstance(value, str) and value.startswith(("data:", "http://", "https://"))


def data_url(mime_type: JSONValue, base64: str) -> str:
    """The URL of data that a form has in itself."""
    return f"data:{mime_type if isinstance(mime_type, str) else 'image/png'};base64,{base64}"


def image_url(image: str, mime_type: JSONValue = None) -> str:
    """The URL of an image that is one, or the base64 of the image itself."""
    begins = (mime for beginning, mime in _BEGINNINGS.items() if image.startswith(beginning))
    found = mime_type if isinstance(mime_type, str) else next(begins, None)
    is_itself = found is not None and _BASE64.fullmatch(image) is not None
    return data_url(found, image) if is_itself else image


def read_part(part: JSONValue) -> Iterator[Piece]:
    """A part that has a type, or is a text."""
    if isinstance(part, str):
        yield text_part(part)
        return
    if not isinstance(part, dict):
        yield Unknown("content that is neither text nor parts")
        return
    kind = part.get("type")
    text = _text(part.get("text"))
    if kind in TEXT_PARTS and text is not None:
        further = {key: value for key, value in part.items() if key not in {"type", "text"}}
        yield Part({"type": "text", "text": text, **_said(further)})
    elif kind in {"image", "input_image"} and (url := _image_url(part)) is not None:
        read = {*_SOURCE_KEYS, *(_MIME_TYPES if url.startswith("data:") else ())}
        further = {key: value for key, value in part.items() if key not in read}
        yield _detailed(image_part(url, **_said(further)))
    elif kind == "input_file" and any(part.get(key) for key in ("file_data", "file_id")):
        yield Part({"type": "file", "file": _said({**part, "type": None})})
    elif kind in _KEPT_AS_THEY_ARE:
        yield Part(part)
    elif text is not None:
        yield text_part(text)
    else:
        yield from unknown_part(part, kind if isinstance(kind, str) else "without a type")


def _detailed(image: Part) -> Part:
    """An image with its ``detail`` where chat-completions has it; "auto" goes without saying."""
    detail = image.value.pop("detail", "auto")
    if detail != "auto":
        image.value["image_url"]["detail"] = detail
    return image


def unknown_part(part: dict[str, JSONValue], kind: str) -> Iterator[Piece]:
    """A part that is kept as it came, and remarked on."""
    yield Part({**part, "type": kind})
    yield Unknown(f"part {kind[:40]!r}: kept as it is, no text of it is known")


def read_parts(content: JSONValue) -> Iterator[Piece]:
    """A content: a text, a list of parts, or nothing."""
    if content is None or content == "":
        return
    if isinstance(content, (str, dict)):
        yield from read_part(content)
    elif isinstance(content, list):
        for part in content:
            yield from read_part(part)
    else:
        yield text_part(compact(content))
        yield Unknown("content that is neither text nor parts")


def part_values(pieces: Iterable[Piece]) -> list[dict[str, JSONValue]]:
    """The parts among some pieces, as a tool's result has them."""
    return [piece.value for piece in pieces if isinstance(piece, Part)]


def _said(further: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """What of a part's other keys says anything."""
    return {key: value for key, value in further.items() if value not in (None, [], {}, "")}


def _text(value: JSONValue) -> str | None:
    """A text, also as OpenAI's Assistants have it."""
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, str) else None


def _image_url(part: dict[str, JSONValue]) -> str | None:
    source = part.get("source")
    if isinstance(source, dict):
        if isinstance(source.get("data"), str):
            return data_url(source.get("media_type"), source["data"])
        return source["url"] if isinstance(source.get("url"), str) else None
    if isinstance(part.get("base64"), str):
        return data_url(part.get("mime_type"), part["base64"])
    url = next((part[key] for key in ("image_url", "url", "image") if part.get(key)), None)
    url = url.get("url") if isinstance(url, dict) else url
    mime_type = next((part[key] for key in _MIME_TYPES if part.get(key)), None)
    return image_url(url, mime_type) if isinstance(url, str) else None
