"""The SQL files: read, checked and rendered for a driver.

A file is one statement, valid as it stands in the database's own shell ("two-way SQL", after
Doma and mirage-sql). Its grammar, whole:

* header lines ``-- …``: what it is for, then ``Runs:`` (how often), ``Index:`` (the indexes
  that serve it), ``Rows:`` (how many rows it reads and writes, where it has to do with tables),
  ``Returns:`` (none, count, one or many) and, where a dialect leaves the common form,
  ``Differs:`` with the reason;
* ``/* :name */`` and one literal after it (string, number, TRUE, FALSE or NULL): a parameter
  and its sample value, which is replaced by the driver's placeholder;
* ``-- @if name`` … ``-- @end``, each alone on its line, not nested: a block that is left out
  unless it is asked for by name; ``-- @unless name`` … ``-- @end``: one that is sent unless that
  name is asked for;
* ``-- …`` alone on a line: a comment, not sent.

No other text ever enters a statement. What is sent carries the file's name in a short
comment, so that a DBA finds the file from a slow log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from agentstore.errors import ConfigurationError

NO_BLOCKS: frozenset[str] = frozenset()
RETURNS = ("none", "count", "one", "many")

_LABEL = re.compile(r"--\s*(Runs|Index|Rows|Returns|Differs):\s*(.*)")
_PARAMETER = re.compile(
    r"/\*\s*:(?P<name>[a-z_][a-z0-9_]*)\s*\*/\s*"
    r"(?P<sample>'(?:[^'\\]|'')*'|-?\d+(?:\.\d+)?|TRUE\b|FALSE\b|NULL\b)"
)
_TOKEN = re.compile(
    _PARAMETER.pattern + r"|(?P<quoted>'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`)|(?P<stray>/\*|;|--)"
)
_NUMBERED = re.compile(r"\bagentstore_savepoint_1\b")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A stretch of the statement: always sent (block ''), or only with or without its block."""

    block: str
    is_without: bool
    text: str
    parameters: frozenset[str]

    def is_sent(self, blocks: frozenset[str]) -> bool:
        """Whether it is part of a variant."""
        return not self.block or (self.block in blocks) != self.is_without


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One SQL file.

    Attributes:
        name: folder and file without the ending, ``sessions/get_session``.
        purpose: what the header says it is for.
        runs: how often it runs, in the header's words.
        index: the indexes that serve it, or ``none`` and why.
        rows: how many rows it reads and writes, and which parameter bounds them, or ''.
        returns: 'none', 'count', 'one' or 'many'.
        differs: why it leaves the common form, or ''.
        blocks: the names of its blocks, in order.
        path: the file.
    """

    name: str
    purpose: str
    runs: str
    index: str
    rows: str
    returns: str
    differs: str
    blocks: tuple[str, ...]
    path: Path
    _chunks: tuple[_Chunk, ...] = field(repr=False)
    _rendered: dict[frozenset[str], str] = field(default_factory=dict, repr=False)

    @property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters, whatever block they are in."""
        return frozenset().union(*(chunk.parameters for chunk in self._chunks))

    def parameters_of(self, blocks: frozenset[str]) -> frozenset[str]:
        """The names of the parameters that a variant takes."""
        return frozenset().union(
            *(chunk.parameters for chunk in self._chunks if chunk.is_sent(blocks))
        )

    def render(self, blocks: frozenset[str] = NO_BLOCKS) -> str:
        """The text to send: with these blocks, placeholders in place of the samples.

        Raises:
            KeyError: the file has no such block.
        """
        text = self._rendered.get(blocks)
        if text is None:
            unknown = blocks.difference(self.blocks)
            if unknown:
                raise KeyError(f"{self.name} has no block {', '.join(sorted(unknown))}")
            body = " ".join(
                chunk.text for chunk in self._chunks if chunk.text and chunk.is_sent(blocks)
            )
            keyword, _, rest = body.partition(" ")
            text = f"{keyword} /* agentstore {self.name} */ {rest}".rstrip()
            self._rendered[blocks] = text
        return text

    def example(self, blocks: frozenset[str] = NO_BLOCKS) -> str:
        """The file's text with these blocks, for the database's own shell: with sample values.

        Raises:
            KeyError: the file has no such block.
        """
        self.render(blocks)
        lines: list[str] = []
        is_sent = True
        for line in self.path.read_text(encoding="utf-8").splitlines():
            mark = re.fullmatch(r"-- @(if|unless|end)(?: (\w+))?", line.strip())
            if mark is None:
                lines += [line] if is_sent else []
            else:
                is_sent = mark[1] == "end" or (mark[2] in blocks) == (mark[1] == "if")
        return "\n".join(lines)

    def numbered(self, number: int) -> str:
        """The text to send with this number in the savepoint's name, which no driver can bind."""
        return _NUMBERED.sub(f"agentstore_savepoint_{number:d}", self.render())


class StatementLibrary(Mapping[str, Statement]):
    """All statements of a dialect, by name.

    Args:
        path: the dialect's folder; ``sessions/get_session.sql`` in it is the statement
            ``sessions/get_session``.
        paramstyle: the driver's (PEP 249): 'named' (``:name``) or 'pyformat' (``%(name)s``).

    Raises:
        ConfigurationError: a file breaks the grammar; the message names the file.
    """

    def __init__(self, path: Path, *, paramstyle: str) -> None:
        statements = [
            parse(file, file.relative_to(path).with_suffix("").as_posix(), paramstyle)
            for file in sorted(path.rglob("*.sql"))
        ]
        if not statements:
            raise ConfigurationError(f"there are no .sql files in {path}")
        self._hold({statement.name: statement for statement in statements})

    def _hold(self, statements: Mapping[str, Statement]) -> None:
        self._statements = statements
        self._texts: dict[tuple[str, frozenset[str]], str] = {}
        self._with_blocks: dict[
            tuple[str, frozenset[str], frozenset[str]], frozenset[str] | None
        ] = {}

    def text(self, name: str, blocks: frozenset[str] = NO_BLOCKS) -> str:
        """The text to send: `Statement.render` of a name, made once."""
        text = self._texts.get((name, blocks))
        if text is None:
            text = self._texts[name, blocks] = self._statements[name].render(blocks)
        return text

    def with_blocks(
        self, name: str, blocks: frozenset[str], more: frozenset[str]
    ) -> frozenset[str]:
        """Blocks of a statement, and those of some others that it has.

        The same objects each time, whose hashes are known; ``blocks`` itself where it has none.
        """
        key = (name, blocks, more)
        try:
            both = self._with_blocks[key]
        except KeyError:
            found = more.intersection(self._statements[name].blocks)
            both = self._with_blocks[key] = blocks | found if found - blocks else None
        return blocks if both is None else both

    def __getitem__(self, name: str) -> Statement:
        return self._statements[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    __hash__ = object.__hash__  # there is one a process of a folder, and no other equals it

    def __len__(self) -> int:
        return len(self._statements)


@cache
def library(path: Path, paramstyle: str) -> StatementLibrary:
    """The library of a folder, read once a process."""
    return StatementLibrary(path, paramstyle=paramstyle)


def parse(path: Path, name: str, paramstyle: str) -> Statement:
    """Read one file.

    Args:
        path: the file.
        name: the statement's name.
        paramstyle: 'named' or 'pyformat'.

    Raises:
        ConfigurationError: it breaks the grammar.
    """

    def wrong(what: str) -> ConfigurationError:
        return ConfigurationError(f"{path}: {what}")

    header, body = _split_header(path.read_text(encoding="utf-8").splitlines())
    purpose, labels = _read_header(header)
    if not purpose or not {"Runs", "Index", "Returns"} <= labels.keys():
        raise wrong("the header needs a purpose, Runs:, Index: and Returns:")
    if labels["Returns"].rstrip(".") not in RETURNS:
        raise wrong(f"Returns: is one of {', '.join(RETURNS)}")
    chunks = tuple(
        _read_chunk(block, is_without, text, paramstyle, wrong)
        for block, is_without, text in _split_blocks(body, wrong)
    )
    if not any(chunk.text for chunk in chunks):
        raise wrong("there is no statement in it")
    return Statement(
        name=name,
        purpose=purpose,
        runs=labels["Runs"],
        index=labels["Index"],
        rows=labels.get("Rows", ""),
        returns=labels["Returns"].rstrip("."),
        differs=labels.get("Differs", ""),
        blocks=tuple(dict.fromkeys(chunk.block for chunk in chunks if chunk.block)),
        path=path,
        _chunks=chunks,
    )


def _split_header(lines: list[str]) -> tuple[list[str], list[str]]:
    for number, line in enumerate(lines):
        if not line.startswith("--") or line.startswith("-- @"):
            return lines[:number], lines[number:]
    return lines, []


def _read_header(lines: list[str]) -> tuple[str, dict[str, str]]:
    purpose: list[str] = []
    labels: dict[str, str] = {}
    label = ""
    for line in lines:
        match = _LABEL.fullmatch(line)
        if match:
            label = match[1]
            labels[label] = match[2].strip()
        elif label:
            labels[label] += " " + line[2:].strip()
        else:
            purpose.append(line[2:].strip())
    return " ".join(purpose), labels


def _split_blocks(
    lines: list[str], wrong: Callable[[str], ConfigurationError]
) -> Iterator[tuple[str, bool, str]]:
    block, is_without = "", False
    collected: list[str] = []
    for line in (line.strip() for line in lines):
        if line.startswith("-- @"):
            match = re.fullmatch(r"-- @(?:(?:if|(?P<unless>unless)) (?P<name>[a-z_]+)|end)", line)
            if match is None or bool(match["name"]) == bool(block):
                raise wrong(f"{line!r} is not a block's beginning or end at this place")
            yield block, is_without, " ".join(collected)
            collected = []
            block, is_without = match["name"] or "", bool(match["unless"])
        elif line and not line.startswith("--"):
            collected.append(line)
    if block:
        raise wrong(f"the block {block} has no end")
    text = " ".join(collected)
    if not text.endswith(";"):
        raise wrong("it does not end in ;")
    yield "", False, text[:-1].rstrip()


def _read_chunk(
    block: str,
    is_without: bool,
    text: str,
    paramstyle: str,
    wrong: Callable[[str], ConfigurationError],
) -> _Chunk:
    parameters: set[str] = set()

    def placeholder(match: re.Match[str]) -> str:
        if match["stray"]:
            raise wrong(
                f"{match['stray']!r} where none may stand (near {text[match.start() :][:30]!r})"
            )
        if match["quoted"]:
            return escape(match["quoted"])
        parameters.add(match["name"])
        return f":{match['name']}" if paramstyle == "named" else f"%({match['name']})s"

    def escape(plain: str) -> str:
        return plain.replace("%", "%%") if paramstyle == "pyformat" else plain

    pieces: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        pieces += escape(text[end : match.start()]), placeholder(match)
        end = match.end()
    pieces.append(escape(text[end:]))
    return _Chunk(block, is_without, "".join(pieces), frozenset(parameters))
