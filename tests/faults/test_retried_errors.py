"""Errors that pass, raised where the server would: a call is made again, a block is not.

A trigger raises each once; what counts how often is out of the transaction's reach.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from agentstore import NewMessage, Storage, TransactionConflictError, UnavailableError
from agentstore.testing import Backend

CONFLICT, UNAVAILABLE = TransactionConflictError, UnavailableError

POSTGRESQL = {"40001": CONFLICT, "40P01": CONFLICT, "25006": UNAVAILABLE, "57P03": UNAVAILABLE}
MYSQL = {
    1205: UNAVAILABLE, 1213: CONFLICT, 1047: UNAVAILABLE, 1290: UNAVAILABLE, 1836: UNAVAILABLE,
}  # fmt: skip
MARIADB = {1020: CONFLICT, **MYSQL}
# What a member of a group says that is to be the primary no longer, or is not yet.
GROUP = {3098: UNAVAILABLE, 3100: UNAVAILABLE, 3101: CONFLICT, 3797: UNAVAILABLE, **MYSQL}

ERRORS: dict[tuple[str, object], type[Exception]] = {
    **{("postgresql", code): error for code, error in POSTGRESQL.items()},
    **{("mariadb", code): error for code, error in MARIADB.items()},
    **{("mysql", code): error for code, error in GROUP.items()},
}

_COUNT_AND_SIGNAL = """
        INSERT INTO raised VALUES (0);
        CREATE TRIGGER raise_once BEFORE INSERT ON agentstore_messages FOR EACH ROW
        BEGIN
            UPDATE raised SET times = times + 1;
            IF (SELECT times FROM raised) = 1 THEN
                SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = 'as if';
            END IF;
        END
"""

TRIGGERS = {
    "postgresql": """
        CREATE SEQUENCE raised;
        CREATE FUNCTION raise_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('raised') = 1 THEN
                RAISE EXCEPTION 'as if' USING ERRCODE = '{code}';
            END IF;
            RETURN new;
        END $$;
        CREATE TRIGGER raise_once BEFORE INSERT ON agentstore_messages
        FOR EACH ROW EXECUTE FUNCTION raise_once();
    """,
    "mariadb": "CREATE TABLE raised (times int) ENGINE = Aria TRANSACTIONAL = 0;"
    + _COUNT_AND_SIGNAL,
    "mysql": "CREATE TABLE raised (times int) ENGINE = MyISAM;" + _COUNT_AND_SIGNAL,
}


@pytest.fixture
def raise_once(backend: Backend, database_url: str) -> Callable[[object], None]:
    """Makes the next insert of a message fail with a code."""

    def install(code: object) -> None:
        text = TRIGGERS[backend.name].format(code=code)
        statements = [text] if backend.name == "postgresql" else text.split(";\n", 2)
        with closing(backend.open_connection(database_url)) as connection:
            cursor: Any = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    return install


SAVES: dict[str, Callable[[Storage], object]] = {
    "save_user_message": lambda s: s.save_user_message("s", "x", id="own"),
    "save_messages": lambda s: s.save_messages(
        "s", [NewMessage("user", f"{n}") for n in range(300)]
    ),
    "create_session": lambda s: s.create_session(id="new", system_message="x"),
}


@pytest.mark.parametrize(("backend", "code"), ERRORS, indirect=["backend"])
@pytest.mark.parametrize("save", SAVES)
def test_a_call_is_made_again(
    store: Storage, raise_once: Callable[[object], None], code: object, save: str
) -> None:
    store.create_session(id="s")
    raise_once(code)
    SAVES[save](store)
    counts = {name: store.get_message_count(name) for name in ("s", "new")}
    wanted = {"save_user_message": (1, 0), "save_messages": (300, 0), "create_session": (0, 1)}
    assert tuple(counts.values()) == wanted[save]
    positions = [message.position for name in counts for message in store.get_history(name)]
    assert positions == list(range(sum(counts.values())))


@pytest.mark.parametrize(("backend", "code"), ERRORS, indirect=["backend"])
def test_a_block_is_its_callers_to_run_again(
    backend: Backend, store: Storage, raise_once: Callable[[object], None], code: object
) -> None:
    store.create_session(id="s")
    raise_once(code)

    def block() -> None:
        with store.transaction():
            store.create_session(id="t")
            store.save_user_message("s", "x")

    with pytest.raises(ERRORS[backend.name, code]):
        block()
    assert store.get_session("t") is None
    block()
    assert store.get_message_count("s") == 1
