"""Images, sounds and files among content parts, whichever provider's part they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from agentstore.records import JSONValue

_DATA_URL = re.compile(r"data:([^;,]+)(?:;[^;,]+)*;base64,(.*)", re.DOTALL)
_Kind: TypeAlias = Literal["image", "audio", "file"]
_KINDS: dict[str, _Kind] = {"image": "image", "audio": "audio"}
_SOUNDS = {"mp3": "audio/mpeg", "wav": "audio/wav"}


@dataclass(frozen=True)
class Media:
    """What is shown, heard or handed over.

    Attributes:
        kind: what it is.
        mime_type: its type; '' where nobody knows.
        data: itself, in base64; None where it is elsewhere.
        url: where it is, or None.
        file_id: what its provider calls it, or None.
        name: of the file, or None.
        detail: how closely a model is to look at an image, or None.
    """

    kind: _Kind
    mime_type: str = ""
    data: str | None = None
    url: str | None = None
    file_id: str | None = None
    name: str | None = None
    detail: str | None = None

    @property
    def link(self) -> str | None:
        """The URL under which it is found: a data: URL where it is here."""
        return self.url if self.data is None else f"data:{self.mime_type};base64,{self.data}"


def media_of(part: Mapping[str, JSONValue]) -> Media | None:
    """What a part has; None where it has nothing of the kind."""
    read = _READERS.get(part["type"])
    return None if read is None else read(part)


def sound_format(mime_type: str) -> str | None:
    """What OpenAI calls a type of sound; None where it takes none of that type."""
    return next((form for form, known in _SOUNDS.items() if known == mime_type), None)


def _image(part: Mapping[str, JSONValue]) -> Media | None:
    image = part.get("image_url")
    link = image if isinstance(image, str) else _text(image, "url")
    return _at("image", link, detail=_text(image, "detail"))


def _sound(part: Mapping[str, JSONValue]) -> Media | None:
    audio = part.get("input_audio")
    data, form = _text(audio, "data"), _text(audio, "format")
    if data is None or form not in _SOUNDS:
        return None
    return Media("audio", _SOUNDS[form], data)


def _file(part: Mapping[str, JSONValue]) -> Media | None:
    file = part.get("file") if part["type"] == "file" else part
    found = _at("file", _text(file, "file_data") or _text(file, "file_url"))
    file_id, name = _text(file, "file_id"), _text(file, "filename")
    if found is not None:
        return replace(found, file_id=file_id, name=name)
    return None if file_id is None else Media("file", file_id=file_id, name=name)


def _inline(part: Mapping[str, JSONValue]) -> Media | None:
    """Gemini's."""
    blob = part.get("inlineData")
    data = _text(blob, "data")
    mime_type = _text(blob, "mimeType") or _text(blob, "mime_type")
    if data is None or mime_type is None:
        return None
    kind = _KINDS.get(mime_type.partition("/")[0], "file")
    return Media(kind, mime_type, data)


def _document(part: Mapping[str, JSONValue]) -> Media | None:
    """Anthropic's."""
    source, name = part.get("source"), _text(part, "title")
    data, url = _text(source, "data"), _text(source, "url")
    if _text(source, "type") == "base64" and data is not None:
        return Media("file", _text(source, "media_type") or "", data, name=name)
    return None if url is None else Media("file", "application/pdf", url=url, name=name)


def _at(kind: _Kind, link: str | None, detail: str | None = None) -> Media | None:
    if link is None:
        return None
    found = _DATA_URL.fullmatch(link)
    if found is not None:
        return Media(kind, found[1], found[2], detail=detail)
    return None if link.startswith("data:") else Media(kind, url=link, detail=detail)


_READERS: dict[JSONValue, Callable[[Mapping[str, JSONValue]], Media | None]] = {
    "image_url": _image,
    "input_audio": _sound,
    "inlineData": _inline,
    "document": _document,
    "file": _file,
    "input_file": _file,
}


def _text(value: JSONValue, key: str) -> str | None:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) and found else None
