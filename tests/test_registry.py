"""The dialect registry: lazy, open to third parties, clear about what is missing."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

import agentstore
from agentstore.dialects import registry
from agentstore.dialects.sqlite.repository import SQLiteRepository


class Recording(SQLiteRepository):
    """A third party's dialect that is SQLite under another name."""


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {})


def test_importing_the_package_imports_no_driver() -> None:
    program = (
        "import sys, agentstore; agentstore.connect('sqlite://').ping();"
        "sys.exit(bool({'psycopg', 'pymysql'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent.parent, check=False
    )
    assert done.returncode == 0


def test_a_registered_dialect_serves_its_scheme() -> None:
    agentstore.register_dialect("Recording", Recording)
    with agentstore.connect("recording://") as store:
        assert isinstance(store._repository, Recording)
        store.create_session(id="s")
        assert store.get_session("s") is not None


def test_an_entry_point_serves_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    entry_point = EntryPoint("theirs", f"{__name__}:Recording", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry_point])
    assert registry.repository_class("theirs").__name__ == "Recording"
    assert "theirs" in registry.known_schemes()


def test_a_broken_entry_point_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry_point = EntryPoint("theirs", "no_such_module:Nothing", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry_point])
    with pytest.raises(agentstore.ConfigurationError, match="no_such_module"):
        agentstore.connect("theirs://")


def test_an_unknown_scheme_lists_the_known() -> None:
    with pytest.raises(agentstore.ConfigurationError, match=r"oracle.*mysql://.*sqlite://"):
        agentstore.connect("oracle://u:p@h/d")


@pytest.mark.parametrize(
    ("scheme", "driver", "extra"),
    [("postgresql", "psycopg", "postgresql"), ("mariadb", "pymysql", "mysql")],
)
def test_a_missing_driver_names_the_command(
    monkeypatch: pytest.MonkeyPatch, scheme: str, driver: str, extra: str
) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == driver or name.startswith(
            ("agentstore.dialects.postgresql", "agentstore.dialects.mysql")
        ):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(agentstore.ConfigurationError) as caught:
        agentstore.connect(f"{scheme}://h/d")
    assert f'pip install "agentstore[{extra}]"' in str(caught.value)


@pytest.mark.parametrize(
    ("scheme", "cls"), [("a b", Recording), (1, Recording), ("x", "Recording")]
)
def test_what_cannot_be_registered(scheme: Any, cls: Any) -> None:
    with pytest.raises(agentstore.ConfigurationError):
        agentstore.register_dialect(scheme, cls)


def test_bind_goes_by_the_most_special_class() -> None:
    class Derived(sqlite3.Connection):
        """A third party's driver over another one."""

    class Theirs(Recording):
        driver_module = __name__

    connection = sqlite3.connect(":memory:", factory=Derived)
    agentstore.register_dialect("theirs", Theirs)
    assert registry.repository_class_for(connection) is Theirs
    assert registry.repository_class_for(sqlite3.connect(":memory:")) is SQLiteRepository


def test_bind_refuses_what_is_no_connection() -> None:
    with pytest.raises(agentstore.ConfigurationError, match=r"builtins\.object"):
        agentstore.bind(object())  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgress://h/d", "did you mean postgres"),
        ("postgresql+psycopg2://h/d", "did you mean postgresql://"),
        ("postgresql+asyncpg://h/d", "did you mean postgresql://"),
        ("mysql+mysqldb://h/d", "did you mean mysql://"),
        ("conversations.db", "did you mean sqlite:///conversations.db"),
        ("/var/lib/my app/x.sqlite3", "did you mean sqlite:////var/lib/my app/x.sqlite3"),
        (Path("data/x.db"), "did you mean sqlite:///data/x.db"),
    ],
)
def test_a_slip_gets_a_hint(url: Any, hint: str) -> None:
    with pytest.raises(agentstore.ConfigurationError, match=re.escape(hint)):
        agentstore.connect(url)


def test_a_password_is_not_repeated_in_a_hint() -> None:
    with pytest.raises(agentstore.ConfigurationError) as caught:
        agentstore.connect("user:s3cret@host/x.db")
    assert "s3cret" not in str(caught.value)


def test_what_belongs_elsewhere_gets_a_hint() -> None:
    with agentstore.connect("sqlite://") as store:
        message: Any = {"role": "assistant", "content": "Hi"}
        session_id = store.create_session()
        with pytest.raises(agentstore.InvalidInputError, match="NewMessage"):
            store.save_assistant_message(session_id, message)
        with pytest.raises(agentstore.InvalidInputError, match=r"NewMessage\('assistant', …\)"):
            store.save_messages(session_id, [message])
