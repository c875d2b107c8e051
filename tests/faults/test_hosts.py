"""Hosts that leave blocks where they like: nothing that was acknowledged is lost or undone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from form import SHARED, Form
from hosting import OPTIONS, Host
from settling import Account

from agentstore import Storage, StorageError

# They come with the dev group.
fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")
responses = pytest.importorskip("fastapi.responses")


@pytest.fixture
def host(account: Account, database_url: str, make_store: Callable[..., Storage]) -> Host:
    return Host(account, database_url, make_store(**OPTIONS))


def application(host: Host) -> Any:
    """An application with blocks open while others' code runs."""
    app = fastapi.FastAPI()

    def block() -> Iterator[None]:
        # What is before and behind the yield runs in whatever worker thread is free.
        with host.block() as save:
            save()
            yield
            save()

    def dependency() -> str:
        return "done"

    def stream() -> Any:
        def body() -> Iterator[str]:
            with host.block() as save:
                for _ in range(3):
                    save()
                    yield "part"

        return responses.StreamingResponse(body())

    async def awaits() -> str:
        with host.block() as save:
            save()
            await asyncio.sleep(0.001)
            save()
            return "done"

    def alone() -> str:
        return host.alone()

    app.add_api_route("/dependency", dependency, dependencies=[fastapi.Depends(block)])
    for endpoint in (stream, awaits, alone):
        app.add_api_route(f"/{endpoint.__name__}", endpoint)
    return app


@SHARED
def test_a_web_application(host: Host, form: Form) -> None:
    chance = random.Random(6)
    ways = [
        chance.choice(["dependency", "stream", "awaits", "alone"]) for _ in range(form.requests)
    ]
    with (
        testclient.TestClient(application(host), raise_server_exceptions=False) as client,
        ThreadPoolExecutor(6) as clients,
    ):
        answers = list(clients.map(lambda way: client.get(f"/{way}").status_code, ways))
    assert set(answers) <= {200, 500}
    assert answers.count(200) > form.requests / 4
    assert host.settle().acknowledged > 0


@SHARED
def test_asyncio(host: Host, form: Form) -> None:
    """Tasks with blocks that await inside, some cancelled there, beside worker threads."""
    chance = random.Random(7)

    async def hold() -> None:
        with host.block() as save:
            save()
            await asyncio.sleep(chance.uniform(0, 0.003))
            save()

    async def one(number: int) -> None:
        try:
            if number % 3:
                await asyncio.to_thread(host.alone)
            else:
                await asyncio.wait_for(hold(), chance.uniform(0.0005, 0.01))
        except (StorageError, asyncio.TimeoutError):
            return  # another task's block is open in this thread, or this one was cancelled

    async def main() -> None:
        for first in range(0, form.requests, 8):
            await asyncio.gather(*(one(number) for number in range(first, first + 8)))

    asyncio.run(main())
    assert host.settle().acknowledged > form.requests / 3
