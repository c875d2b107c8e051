"""DATABASE_URL taken apart: every part decoded, nothing guessed, no password shown."""

from __future__ import annotations

from typing import Any

import pytest

from agentstore import ConfigurationError, connect
from agentstore.dialects.url import parse
from agentstore.engine.options import Options


def test_every_part_is_decoded() -> None:
    url = parse("mysql+pymysql://us%40er:p%3A%2Fw%25@host:3307/na%20me?ssl_ca=%2Fetc%2Fca.pem")
    assert url.scheme == "mysql+pymysql"
    assert (url.user, url.password) == ("us@er", "p:/w%")
    assert url.hosts == (("host", 3307),)
    assert url.database == "na me"
    assert url.query == {"ssl_ca": "/etc/ca.pem"}


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("postgresql://h/d", (("h", None),)),
        ("postgresql://u@h1:1,h2:2,h3/d", (("h1", 1), ("h2", 2), ("h3", None))),
        ("postgresql://[::1]:5433/d", (("::1", 5433),)),
        ("postgresql:///d", ()),
    ],
)
def test_hosts(text: str, hosts: tuple[Any, ...]) -> None:
    assert parse(text).hosts == hosts


@pytest.mark.parametrize(
    ("text", "database"),
    [
        ("sqlite://", None),
        ("sqlite:///relative.db", "relative.db"),
        ("sqlite:////absolute/a%23b.db", "/absolute/a#b.db"),
    ],
)
def test_sqlite_paths(text: str, database: str | None) -> None:
    assert parse(text).database == database


def test_the_last_at_ends_the_password() -> None:
    url = parse("mysql://u:p@ss@h/d")
    assert (url.password, url.hosts) == ("p@ss", (("h", None),))


@pytest.mark.parametrize(
    "text",
    [
        "sqlite",
        "://h/d",
        "postgresql:/h/d",
        "postgresql://u:secret/word@h/d#x",
        "postgresql://u:secret@h:port/d",
        "postgresql://u:secret@h:99999/d",
        "postgresql://u:se%ffcret@h/d",
        "postgresql://u:secret@h/d%00",
        "postgresql://u:secret\udcff@h/d",
        "postgresql://u:secret@h\udcff/d",
        "mysql://u\udcff:secret@h/d",
        "mysql://u:secret@h/d?ssl_ca=\udcff",
        "sqlite:////secret\udcff.db",
        "postgresql://u:secret@h/d?sslmode",
        "postgresql://u:secret@h/d?a=1&a=2",
        "mysql://u:secret@h/d?pool_size=none",
    ],
)
def test_what_cannot_be_read_is_an_error_without_the_password(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "password", ["12?s3cr3t", "12?a=1&s3cr3t", "12?s3cr3t=1&s3cr3t=2", "?s3cr3t"]
)
def test_a_password_that_begins_a_query_is_not_named(password: str) -> None:
    """A question mark that is not percent-encoded."""
    for scheme in ("postgresql", "mysql", "sqlite"):
        with pytest.raises(ConfigurationError) as info:
            connect(f"{scheme}://ann:{password}@host/db?x=1")
        assert "s3cr3t" not in str(info.value)


def test_keywords_win_over_the_query() -> None:
    url = parse("sqlite://?pool_size=3&statement_timeout=2.5", {"pool_size": 7})
    assert url.options == Options(pool_size=7, statement_timeout=2.5)
    assert url.query == {}


def test_no_password_in_a_repr() -> None:
    text = "postgresql://user:hunter2@h/d?password=hunter2&sslpassword=hunter2"
    assert "hunter2" not in repr(parse(text))
    with connect(text) as store:
        assert "hunter2" not in repr(store)


@pytest.mark.parametrize(
    "text",
    [
        "sqlite://host/x.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://?mode=ro",
        "sqlite:///x.db?sslmode=require",
        "sqlite:///x.db?mode=zz",
        "sqlite:///x.db?mode=",
        "sqlite:///x.db?cache=zz",
        "sqlite:///x.db?vfs=zz",
        "sqlite:///x.db?immutable=zz",
        "sqlite:///x.db?nolock=2",
        "mysql://u:p@h",
        "mysql://u:p@h/",
        "mysql://u:p@h?read_default_file=/dev/null",
        "postgresql://h/d?schema=",
        "mysql://h/d?schema=x",
        "mysql://h/d?charset=latin1",
        "postgresql://h/d?charset=utf8mb4",
    ],
)
def test_what_a_dialect_does_not_know(text: str) -> None:
    with pytest.raises(ConfigurationError), connect(text) as store:
        store.ping()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mysql://u:hunter2@h/d?ssl-mode=REQUIRED", "ssl_verify_cert=true"),
        ("mysql://u:hunter2@h/d?sslaccept=strict", "ssl_verify_cert=true"),
        ("mysql://u:hunter2@h/d?sslidentity=hunter2.p12", "ssl_cert and ssl_key"),
        ("mysql://u:hunter2@h/d?connection_limit=5", "pool_size"),
        ("mysql://u:hunter2@h/d?useSSL=true", "ssl_verify_cert=true"),
        ("mysql://u:hunter2@h/d?socket=/run/mysqld.sock", "unix_socket"),
        ("postgresql://u:hunter2@h/d?pgbouncer=true", "prepared_statements=false"),
        ("postgresql://u:hunter2@h/d?connection_limit=5", "pool_size"),
        ("postgresql://u:hunter2@h/d?sslaccept=strict", "sslmode=verify-full"),
        ("postgresql://u:hunter2@h/d?sslidentity=hunter2.p12", "sslcert and sslkey"),
        ("postgresql://u:hunter2@h/d?ssl=true", "sslmode=require"),
        ("postgresql://u:hunter2@h/d?serverVersion=15", "leave it out"),
        ("sqlite:///x.db?timeout=5", "statement_timeout"),
        ("sqlite:///x.db?mode=memory", "sqlite://"),
        ("sqlite:///x.db?vfs=memdb", "sqlite://"),
        ("file:./dev.db", "sqlite:///./dev.db"),
        ("file:./dev.db?connection_limit=1", "sqlite:///./dev.db"),
    ],
)
def test_a_url_as_others_write_it(text: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(text)
    assert hint in str(caught.value)
    assert "hunter2" not in str(caught.value)
