"""A file's text, piece by piece: unpacked where it is gzip, decoded by its byte-order mark."""

from __future__ import annotations

import codecs
import zlib
from typing import BinaryIO, Protocol

from agentstore.errors import InvalidInputError

CHUNK = 1 << 20
"""Bytes; a value that a chunk cuts is begun to be read in vain, so they are long."""

_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LONGEST_MARK = 4


class _Bytes(Protocol):
    def read(self, size: int) -> bytes:
        """Some bytes, b"" at the end only; what is there is not waited to be more."""


class TextStream:
    """The text of a file.

    Attributes:
        is_damaged: whether bytes came that are no text: from then on such a byte is one of the
            characters U+DC80 to U+DCFF, which no decoded text has.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.is_damaged = False
        self._bytes: _Bytes = _Raw(file)
        self._decoder: codecs.IncrementalDecoder | None = None
        self._encoding = "utf-8"

    def read(self) -> str | None:
        """The next piece; None at the end."""
        data = self._begin() if self._decoder is None else self._bytes.read(CHUNK)
        text = self._decode(data, not data)
        return text if text or data else None

    def _begin(self) -> bytes:
        start = self._bytes.read(CHUNK)
        if start.startswith(_GZIP):
            self._bytes = _Gunzipped(self._bytes, start)
            start = self._bytes.read(CHUNK)
        while 0 < len(start) < _LONGEST_MARK and (more := self._bytes.read(CHUNK)):
            start += more
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                self._encoding = encoding
                start = start[len(mark) :] or self._bytes.read(CHUNK)
                break
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        return start

    def _decode(self, data: bytes, is_last: bool) -> str:
        assert self._decoder is not None
        try:
            return self._decoder.decode(data, is_last)
        except UnicodeDecodeError as exc:
            if self._encoding != "utf-8":
                raise InvalidInputError(f"the file is not {self._encoding.upper()}") from exc
            self.is_damaged = True
            state = self._decoder.getstate()
            self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
            self._decoder.setstate(state)
            return self._decoder.decode(data, is_last)


class _Raw:
    def __init__(self, file: BinaryIO) -> None:
        # What a pipe has by now, without waiting for a whole chunk.
        self._read = getattr(file, "read1", file.read)

    def read(self, size: int) -> bytes:
        data: bytes = self._read(size)
        return data


class _Gunzipped:
    """The members of a gzip file, one behind the other."""

    def __init__(self, packed: _Bytes, start: bytes) -> None:
        self._packed = packed
        self._waiting = start
        self._member = zlib.decompressobj(31)

    def read(self, size: int) -> bytes:
        while True:
            if self._member.eof:
                self._waiting = self._member.unused_data.lstrip(b"\0") or self._packed.read(CHUNK)
                if not self._waiting:
                    return b""
                self._member = zlib.decompressobj(31)
            if not self._waiting and not (more := self._packed.read(CHUNK)):
                raise InvalidInputError("the gzip file ends too early")
            if not self._waiting:
                self._waiting = more
            try:
                data = self._member.decompress(self._waiting, size)
            except zlib.error as exc:
                raise InvalidInputError(f"the file is not gzip ({exc})") from exc
            self._waiting = self._member.unconsumed_tail
            if data:
                return data
