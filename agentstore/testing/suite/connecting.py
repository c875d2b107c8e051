"""Opening and closing: URLs, options, and what is never shown of them."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest

import agentstore
from agentstore import ConfigurationError, Storage, StorageError
from agentstore.testing.suite.samples import refused, together, with_options

SECRET = "s3cr3t/p@ss w\u00f6rd"

GOOD_OPTIONS: dict[str, Any] = {
    "pool_size": 3,
    "pool_timeout": 4.5,
    "max_lifetime": 60.0,
    "connect_timeout": 6.0,
    "statement_timeout": 7.5,
    "retry_timeout": 8.0,
    "prepared_statements": False,
}

BAD_OPTIONS: dict[str, list[Any]] = {
    "pool_size": [0, -1, "many", 1.5, ""],
    "pool_timeout": [-1, "soon", float("nan"), ""],
    "max_lifetime": [-1, "long", float("nan")],
    "connect_timeout": [-1, "soon", float("nan")],
    "statement_timeout": [-1, "soon", float("nan")],
    "retry_timeout": [-1, "soon", float("nan")],
    "prepared_statements": ["maybe", 2],
}


def _opened(url: str, **options: Any) -> None:
    with agentstore.connect(url, **options) as store:
        store.ping()


class TestConnect:
    def test_a_storage(self, database_url: str) -> None:
        with agentstore.connect(database_url) as store:
            assert isinstance(store, Storage)
            store.ping()
            assert store.get_session(store.create_session()) is not None

    def test_the_environments_database_url(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", database_url)
        for store in (agentstore.connect(), agentstore.connect(None), agentstore.connect(url=None)):
            with store:
                store.create_session()

    def test_a_url_goes_before_the_environment(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "no-such-scheme://host/name")
        _opened(database_url)

    def test_neither_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        with pytest.raises(ConfigurationError, match="DATABASE_URL"):
            agentstore.connect()

    def test_an_unknown_scheme_lists_the_known_ones(self, database_url: str) -> None:
        refusal = refused(
            _opened, "no-such-scheme://host/name", error=ConfigurationError, about="no-such-scheme"
        )
        assert "no-such-scheme" in str(refusal)
        assert urlsplit(database_url).scheme in str(refusal)

    def test_what_is_no_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        for bad in ("", "nonsense", "/a/path", "://", "localhost:5432"):
            refused(_opened, bad, error=ConfigurationError, about=bad)

    def test_options_as_keywords(self, database_url: str) -> None:
        for name, value in GOOD_OPTIONS.items():
            _opened(database_url, **{name: value})
        _opened(database_url, **GOOD_OPTIONS)

    def test_options_in_the_url(self, database_url: str) -> None:
        for name, value in GOOD_OPTIONS.items():
            _opened(with_options(database_url, **{name: str(value).lower()}))

    def test_whole_seconds(self, database_url: str) -> None:
        for name in GOOD_OPTIONS:
            if name not in ("pool_size", "prepared_statements"):
                _opened(database_url, **{name: 5})
                _opened(with_options(database_url, **{name: 5}))

    def test_bad_options(self, database_url: str) -> None:
        for name, values in BAD_OPTIONS.items():
            for bad in values:
                refusal = refused(
                    _opened,
                    database_url,
                    **{name: bad},
                    error=ConfigurationError,
                    about=(name, bad),
                )
                assert name in str(refusal)
            for bad in [value for value in values if isinstance(value, str)]:
                refused(
                    _opened,
                    with_options(database_url, **{name: bad}),
                    error=ConfigurationError,
                    about=f"{name}={bad}",
                )

    def test_an_unknown_parameter(self, database_url: str) -> None:
        for name in ("no_such_option", "poolsize", "Pool_Size"):
            url = with_options(database_url, **{name: 1})
            refusal = refused(_opened, url, error=ConfigurationError, about=name)
            assert name in str(refusal)

    def test_an_unknown_keyword(self, database_url: str) -> None:
        for name in ("no_such_option", "poolsize", "timeout"):
            refused(_opened, database_url, **{name: 1}, error=TypeError, about=name)

    def test_an_option_in_the_url_takes_effect(self, database_url: str) -> None:
        url = with_options(
            database_url, pool_size=1, pool_timeout=0.2, statement_timeout=1, retry_timeout=0.2
        )
        with agentstore.connect(url) as store:
            store.create_session(id="s")
            with store.transaction():
                store.get_session("s")
                [outcome] = together([lambda: store.get_session("s")])
            assert isinstance(outcome, agentstore.UnavailableError)


class TestClose:
    def test_is_idempotent(self, make_store: Callable[..., Storage]) -> None:
        store = make_store()
        store.create_session()
        for _ in range(3):
            store.close()
            store.disconnect()

    def test_disconnect_is_the_same(self, make_store: Callable[..., Storage]) -> None:
        store = make_store()
        store.create_session()
        store.disconnect()
        with pytest.raises(StorageError, match="closed"):
            store.create_session()

    def test_unused(self, make_store: Callable[..., Storage]) -> None:
        store = make_store()
        store.close()
        with pytest.raises(StorageError, match="closed"):
            store.ping()

    def test_a_context_manager(self, database_url: str) -> None:
        with agentstore.connect(database_url) as store:
            store.create_session()
        with pytest.raises(StorageError, match="closed"):
            store.create_session()
        with pytest.raises(ZeroDivisionError), agentstore.connect(database_url) as other:
            raise ZeroDivisionError
        with pytest.raises(StorageError, match="closed"):
            other.ping()

    def test_an_iterator_left_open(self, make_store: Callable[..., Storage]) -> None:
        store = make_store()
        store.create_session()
        store.create_session()
        found = store.iter_sessions(batch_size=1)
        next(found)
        store.close()
        with pytest.raises(StorageError, match="closed"):
            list(found)

    def test_what_was_saved_is_there_for_the_next(
        self, backend: Any, make_store: Callable[..., Storage]
    ) -> None:
        if backend.private:
            pytest.skip("one store alone reaches this database")
        with make_store() as store:
            session_id = store.create_session(system_message="x")
        assert make_store().get_message_count(session_id) == 1


class TestCopies:
    @pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps])
    def test_are_refused(
        self, store: Storage, driver_connection: Any, make: Callable[[object], object]
    ) -> None:
        for each in (store, agentstore.bind(driver_connection)):
            with pytest.raises(TypeError, match="Storage cannot be copied or pickled"):
                make(each)


class TestPasswords:
    def _url_with_secret(self, database_url: str) -> str:
        parts = urlsplit(database_url)
        if not parts.hostname:
            pytest.skip("no password in this URL")
        where = parts.netloc.rpartition("@")[2]
        user = (parts.username or "nobody").partition(":")[0]
        return parts._replace(netloc=f"{user}:{quote(SECRET, safe='')}@{where}").geturl()

    def test_repr(self, database_url: str) -> None:
        password = urlsplit(database_url).password
        with agentstore.connect(database_url) as store:
            store.ping()
            shown = repr(store) + str(store) + repr(vars(store))
            if password:
                assert f":{password}@" not in shown
                assert f":{unquote(password)}@" not in shown

    def test_repr_of_a_store_that_was_never_used(self, database_url: str) -> None:
        with agentstore.connect(self._url_with_secret(database_url)) as store:
            self._assert_hidden(repr(store) + str(store) + repr(vars(store)))

    def test_errors_tracebacks_and_logs(
        self, database_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        url = self._url_with_secret(database_url)
        attempts = [
            url,
            with_options(url, no_such_option=1),
            with_options(url, pool_size="many"),
            url.replace(urlsplit(url).scheme, "no-such-scheme", 1),
        ]
        with caplog.at_level(logging.DEBUG):
            for attempt in attempts:
                self._attempt(attempt)
        self._assert_hidden(caplog.text)

    def _attempt(self, url: str) -> None:
        try:
            _opened(url, connect_timeout=2, retry_timeout=0.5)
        except StorageError as exc:
            self._assert_hidden(str(exc) + repr(exc))
            self._assert_hidden("".join(traceback.format_exception(exc)))

    def _assert_hidden(self, text: str) -> None:
        for secret in (SECRET, quote(SECRET), quote(SECRET, safe=""), "s3cr3t"):
            assert secret not in text
