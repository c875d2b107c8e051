"""Servers that fork with the store open: nobody is told what is another's, nothing is lost."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest
from figures import Figures
from form import SHARED, Form
from settling import Account
from web_servers import SERVERS, serving, serving_by_file
from workload import Entry, create_shared

import agentstore
from agentstore import Storage

PAGE = Path(agentstore.__file__).parent.parent / "docs" / "hosts.md"

REQUESTS = 2 * Form.of_this_run().requests


@SHARED
@pytest.mark.parametrize("server", SERVERS)
def test_requests(database_url: str, account: Account, tmp_path: Path, server: str) -> None:
    create_shared(database_url)
    processes = set()
    with serving(server, database_url, tmp_path) as address:

        def ask(number: int) -> Entry:
            began = time.monotonic()
            with urlopen(f"http://{address}/?w.{number}", timeout=100) as response:
                answer = json.load(response)
            processes.add(answer["process"])
            ids = (answer["id"],) if "id" in answer else ()
            error, detail = answer.get("error", ""), answer.get("detail", "")
            return Entry("w", number, "user", error, detail, ids, time.monotonic() - began)

        with ThreadPoolExecutor(6) as clients:
            entries = list(clients.map(ask, range(REQUESTS)))
    lines = "".join(f"{json.dumps(entry.__dict__)}\n" for entry in entries)
    (account.folder / "w.log").write_text(lines, encoding="utf-8")
    figures = account.settle(database_url, Figures())
    assert figures.acknowledged == REQUESTS
    assert len(processes) > 1


def page(heading: str, kind: str) -> str:
    """The first block of a kind below a heading of docs/hosts.md."""
    text = PAGE.read_text(encoding="utf-8")
    below = text[text.index(f"\n## {heading}\n") :]
    found = re.search(rf"^```{kind}\n(.*?)^```$", below, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@SHARED
@pytest.mark.parametrize("added", ["", "lazy-apps = true\n"], ids=["as it is", "lazy"])
def test_what_the_page_says_of_uwsgi(
    store: Storage, database_url: str, tmp_path: Path, added: str
) -> None:
    program, ini = page("gunicorn", "python"), page("uWSGI", "ini") + added
    with serving_by_file(program, ini, database_url, tmp_path) as address:

        def ask(number: int) -> None:
            with urlopen(f"http://{address}/{number}", timeout=100) as response:
                assert response.status == 200

        with ThreadPoolExecutor(6) as clients:
            list(clients.map(ask, range(40)))
    said = [message.content for message in store.get_history("lobby")]
    assert sorted(said) == sorted(f"/{number}" for number in range(40))
