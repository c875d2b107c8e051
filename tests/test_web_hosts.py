"""transaction() where frameworks and greenlets run code in threads and contexts of their own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from backends import SHARED
from inner_runs import run_pytest

import agentstore
from agentstore import Storage, StorageError

# They come with the dev group.
fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")
responses = pytest.importorskip("fastapi.responses")
pytest.importorskip("gevent")

CHECKOUT = Path(agentstore.__file__).parent.parent
OPTIONS = {"statement_timeout": 2.0, "retry_timeout": 0.0}


@pytest.fixture
def store(make_store: Callable[..., Storage]) -> Storage:
    store = make_store(**OPTIONS)
    store.create_session(id="s")
    return store


def application(store: Storage) -> Any:
    """Three ways to have a block open while others' code runs."""
    app = fastapi.FastAPI()

    def block() -> Iterator[None]:
        # FastAPI runs what is before and behind the yield in whatever worker thread is free.
        with store.transaction():
            yield

    @app.get("/dependency/{text}", dependencies=[fastapi.Depends(block)])
    def dependency(text: str) -> str:
        return store.save_user_message("s", text)

    @app.get("/stream/{text}")
    def stream(text: str):  # type: ignore[no-untyped-def]
        def body() -> Iterator[str]:
            with store.transaction():
                for part in range(3):
                    yield store.save_user_message("s", f"{text}.{part}")

        return responses.StreamingResponse(body())

    @app.get("/alone/{text}")
    def alone(text: str) -> str:
        return store.save_user_message("s", text)

    @app.get("/awaits/{text}")
    async def awaits(text: str) -> str:
        with store.transaction():
            saved = store.save_user_message("s", text)
            await asyncio.sleep(0.001)
            store.save_user_message("s", f"{text}, again")
            return saved

    return app


@pytest.mark.parametrize("way", ["dependency", "stream", "awaits"])
def test_what_follows_is_not_touched(store: Storage, way: str) -> None:
    acknowledged = []
    with testclient.TestClient(application(store), raise_server_exceptions=False) as client:
        for number in range(6):
            # It is kept or undone, as the threads happen to be; never in part, nor for others.
            assert client.get(f"/{way}/{number}").status_code in (200, 500)
            answer = client.get(f"/alone/alone {number}")
            if answer.status_code == 200:
                acknowledged.append(f"alone {number}")
    assert acknowledged == [f"alone {number}" for number in range(6)]
    history = store.get_history("s")
    assert [m.content for m in history if m.content.startswith("alone")] == acknowledged
    assert [message.position for message in history] == list(range(len(history)))
    assert store.stats().in_use == 0


def test_fixtures_of_tasks_of_their_own(store: Storage) -> None:
    """As pytest-asyncio runs an async fixture: set up, used and torn down by three tasks."""

    async def fixture() -> AsyncGenerator[None, None]:
        with store.transaction():
            store.save_user_message("s", "set up")
            yield

    async def use() -> None:
        with pytest.raises(StorageError, match="task"):
            store.save_user_message("s", "in the test")

    loop = asyncio.new_event_loop()
    try:
        made = fixture()
        loop.run_until_complete(anext(made))
        loop.run_until_complete(use())
        loop.run_until_complete(made.aclose())
    finally:
        loop.close()
    store.save_user_message("s", "later")
    assert store.get_history("s")[-1].content == "later"
    assert store.stats().in_use == 0


GREENLETS = """
from gevent import monkey
if {patched}:
    monkey.patch_all()
import gevent, sys
import agentstore

with agentstore.connect(sys.stdin.read()) as store:
    store.create_session(id="s")
    store.create_session(id="t")

    def block():
        with store.transaction():
            store.save_user_message("s", "first")
            gevent.sleep(0.05)
            store.save_user_message("s", "second")
            raise ZeroDivisionError

    def alone():
        gevent.sleep(0.02)
        assert store.get_history("s") == []
        return store.get_session("t").id

    failing, reading = gevent.spawn(block), gevent.spawn(alone)
    assert reading.get(timeout=30) == "t"
    failing.join(30)
    assert isinstance(failing.exception, ZeroDivisionError)
    assert store.get_history("s") == []
    store.save_user_message("s", "later")
    assert store.stats().in_use == 0
print("done")
"""


@pytest.mark.parametrize("backend", SHARED, indirect=True)
@pytest.mark.parametrize("patched", [True, False])
def test_a_greenlet_switch_in_a_block(database_url: str, patched: bool) -> None:
    run = subprocess.run(
        [sys.executable, "-c", GREENLETS.format(patched=patched)],
        input=database_url,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (run.stdout, run.returncode) == ("done\n", 0), run.stderr


PLUGIN = """
import os
import agentstore
import pytest
import pytest_asyncio

store = agentstore.connect(os.environ["STORE_URL"], statement_timeout=1.0, retry_timeout=0.0)


@pytest_asyncio.fixture
async def block():
    # Set up, used and torn down by tasks of their own, all in one thread.
    with store.transaction():
        store.save_user_message("s", "set up")
        yield
        try:
            store.save_user_message("s", "torn down")
        except agentstore.StorageError as error:
            assert "task" in str(error)


@pytest.fixture
def plain():
    with store.transaction():
        yield


@pytest.mark.asyncio
async def test_in_a_fixtures_block(block):
    with pytest.raises(agentstore.StorageError, match="task"):
        store.save_user_message("s", "refused")


@pytest.mark.asyncio
async def test_in_a_block_of_its_own():
    with store.transaction():
        store.save_user_message("s", "own")


def test_in_a_plain_fixtures_block(plain):
    store.save_user_message("s", "plain")


@pytest.mark.asyncio
async def test_alone():
    store.save_user_message("s", "alone")
    assert store.stats().in_use == 0
"""


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_pytest_asyncio(store: Storage, database_url: str, tmp_path: Path) -> None:
    """The plug-in itself: what was acknowledged is there, and what was refused is not."""
    pytest.importorskip("pytest_asyncio")
    (tmp_path / "test_with_plugin.py").write_text(PLUGIN, encoding="utf-8")
    run = run_pytest(
        *("-q", "-c", os.devnull, "."),
        cwd=tmp_path,
        environment={"STORE_URL": database_url, "PYTHONPATH": str(CHECKOUT)},
        plugins=("pytest_asyncio.plugin",),
    )
    assert "4 passed" in run.stdout, run.stdout
    contents = [message.content for message in store.get_history("s")]
    assert [each for each in contents if "up" not in each and "down" not in each] == [
        "own",
        "plain",
        "alone",
    ]
