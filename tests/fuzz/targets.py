"""What takes text or bytes that others have written, each fed with anything that comes to mind.

A target raises where something escapes that is no error of ours. `make fuzz` runs them for
minutes, ``tests/test_fuzz.py`` for a moment; what the one finds becomes a test elsewhere.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pymysql
from hypothesis import given
from hypothesis import strategies as st

import agentstore
from agentstore import StorageError
from agentstore.dialects.url import parse
from agentstore.statements import parse as parse_statement
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.exporting import export_conversations
from agentstore.transfer.importing import import_conversations
from agentstore.transfer.json_text import encoded
from agentstore.transfer.openai_form import write_conversation
from agentstore.transfer.roles import role_of

sys.path.insert(0, str(Path(__file__).parent.parent))
from openai_forms import json_values, patches
from rogue_servers import Rogue, Wrap, serving
from test_mysql_answers import connection as mysql_connection
from test_mysql_answers import packet

PASSWORD = "s3cr3t"

_schemes = st.sampled_from(["sqlite", "postgresql", "mysql", "mariadb+pymysql", "oracle", ""])
_NAMES = """
    pool_size sslmode ssl_ca ssl_verify_identity schema mode charset statement_timeout unix_socket
    prepared_statements allow_cleartext_password x
"""
_names = st.sampled_from(_NAMES.split())
_pieces = st.text(max_size=12) | st.sampled_from(["1", "true", "utf8mb4", "%ff", "é" * 40, "::"])
_urls = st.text(max_size=60) | st.builds(
    lambda scheme, user, host, path, query: (
        f"{scheme}://{user}:{PASSWORD}@{host}/{path}?"
        + "&".join(f"{name}={value}" for name, value in query.items())
    ),
    _schemes,
    _pieces,
    _pieces,
    _pieces,
    st.dictionaries(_names | _pieces, _pieces, max_size=4),
)


@given(_urls)
def urls(url: str) -> None:
    """A URL is one that can be used, or a ConfigurationError without its password."""
    try:
        parse(url)
        agentstore.connect(url).close()
    except agentstore.ConfigurationError as error:
        if url.count(PASSWORD) == 1 and f":{PASSWORD}@" in url:  # where a password stands
            assert PASSWORD not in str(error)  # noqa: PT017 - and it need not be raised


_LINES = """
-- Runs: often
-- Index: none: no table
-- Returns: one
-- Rows: :a
-- @if a
-- @end
--
SELECT /* :a */ 'x''y'
FROM t
WHERE a = /* :b */ 1
;
/*
"""
_lines = st.sampled_from(_LINES.splitlines()) | st.text(max_size=20)


@given(st.lists(_lines, max_size=12), st.sampled_from(["pyformat", "named"]))
def sql_files(lines: list[str], paramstyle: str) -> None:
    """A statement's file is one, or a ConfigurationError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.sql")
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace", newline="")
        try:
            statement = parse_statement(path, "a/x", paramstyle)
        except agentstore.ConfigurationError:
            return
        statement.render(frozenset(statement.blocks))


_messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool", "x"]) | json_values},
    optional={
        "content": json_values,
        "tool_calls": json_values,
        "tool_call_id": json_values,
        "function_call": json_values,
        "_openai": patches | json_values,
        "_agentstore": json_values,
        "langchain": json_values,
    },
)
_conversations = st.lists(_messages, max_size=4) | st.dictionaries(
    st.sampled_from(["messages", "traj", "conversations", "mapping", "contents", "_openai", "x"]),
    st.lists(_messages, max_size=4) | json_values,
    max_size=3,
)
_files = st.binary(max_size=200) | st.lists(_conversations | json_values, max_size=3).map(
    lambda items: b"\n".join(map(encoded, items))
)


@given(_files)
def import_files(data: bytes) -> None:
    """A file is imported or refused, and what was imported can be exported."""
    with agentstore.connect("sqlite://") as store:
        with suppress(StorageError):
            import_conversations(store, read_items(io.BytesIO(data)), keep_going=True)
        for conversation in export_conversations(store):
            json.dumps(conversation)


@given(json_values | patches)
def notes(note: Any) -> None:
    """A note in a message's metadata leaves what the message says in the export."""
    message = agentstore.NewMessage("user", "hello", metadata={"_openai": note})
    [form] = write_conversation({}, [message])["messages"]
    assert role_of(form["role"]) == "user"  # a word that nobody knows is the user's
    assert form["content"] == "hello"


try:
    sys.path.insert(0, str(Path(__file__).parent.parent / "integrations"))
    import test_notes as adapters
except ImportError:
    adapters = None  # type: ignore[assignment]


@given(st.data())
def adapters_notes(data: st.DataObject) -> None:
    """Nor does it change what any adapter reads, where the frameworks are installed."""
    if adapters is None:
        return
    key = data.draw(st.sampled_from(sorted(adapters.READERS)))
    noted = data.draw(adapters.notes)
    with agentstore.connect("sqlite://") as store:
        said = list(adapters.READERS[key](store, adapters.session_with(store, key, noted)))
        assert said == list(adapters.READERS[key](store, adapters.session_with(store, key, None)))


_answers = st.lists(
    st.binary(max_size=12)
    | st.builds(lambda rest: b"\x00" + rest, st.binary(max_size=30))
    | st.builds(lambda rest: b"\xff" + rest, st.binary(max_size=30)),
    min_size=1,
    max_size=4,
)


@given(_answers | st.binary(max_size=60), st.lists(st.integers(1, 40), min_size=1, max_size=3))
def mysql_answers(answers: list[bytes] | bytes, sizes: list[int]) -> None:
    """What a server answers to a batch is understood, or an error of the driver's."""
    if isinstance(answers, list):
        answers = b"".join(packet(number + 1, each) for number, each in enumerate(answers))
    with suppress(pymysql.MySQLError):
        mysql_connection(answers, sizes).run_batch("")


_kinds = st.sampled_from([b"T", b"D", b"C", b"Z", b"E", b"N", b"S", b"1", b"2", b"t", b"n", b"x"])
_parts = st.builds(
    lambda kind, body: kind + struct.pack("!I", len(body) + 4) + body,
    _kinds,
    st.binary(max_size=40),
)
_replies = st.lists(_parts | st.binary(max_size=8), max_size=6).map(b"".join)


def talk_nonsense(reply: bytes) -> Callable[[Any, Rogue, Wrap | None], None]:
    """A server of PostgreSQL's that lets anybody in, and answers the first statement so."""

    def talk(client: Any, rogue: Rogue, wrap: Wrap | None) -> None:
        while True:
            head = client.recv(8)
            if len(head) < 8:
                return
            length, code = struct.unpack("!II", head)
            if length > 8:
                client.recv(length - 8)
            if code >> 16 == 3:
                break
            client.sendall(b"N")
        greeting = b"R" + struct.pack("!II", 8, 0)
        for name, value in ((b"server_encoding", b"UTF8"), (b"client_encoding", b"UTF8")):
            body = name + b"\0" + value + b"\0"
            greeting += b"S" + struct.pack("!I", len(body) + 4) + body
        client.sendall(greeting + b"K" + struct.pack("!III", 12, 1, 2) + b"Z\0\0\0\x05I")
        client.recv(4000)
        client.sendall(reply)

    return talk


@given(_replies)
def libpq_exchange(reply: bytes) -> None:
    """Whatever a server answers to a statement ends in an error of ours, and in time."""
    with serving(talk_nonsense(reply)) as rogue:
        url = f"postgresql://ann@127.0.0.1:{rogue.port}/db?retry_timeout=0&statement_timeout=0.3"
        with agentstore.connect(url, connect_timeout=2) as store:
            try:
                store.ping()
            except StorageError:
                return
            raise AssertionError("a server that talks nonsense was believed")


TARGETS: dict[str, Callable[[], None]] = {
    "urls": urls,
    "sql_files": sql_files,
    "import_files": import_files,
    "notes": notes,
    "adapters_notes": adapters_notes,
    "mysql_answers": mysql_answers,
    "libpq_exchange": libpq_exchange,
}
