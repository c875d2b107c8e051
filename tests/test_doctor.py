"""The doctor finds each of the faults that are planted, on each database, and writes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from backends import SHARED
from planted_faults import EVERYWHERE, FAULTS, NOW, Patched

import agentstore
from agentstore.doctor import Finding, examine
from agentstore.doctor.examining import checks_of
from agentstore.statements import StatementLibrary
from agentstore.testing import Backend

PLANTED = [(backend, name) for name, fault in FAULTS.items() for backend in fault.backends]

OF_TEST_SERVERS = frozenset({"autovacuum", "durability"})
"""What is wrong with them, and found: they write nothing through, and rest."""

every_database = pytest.mark.parametrize("backend", SHARED, indirect=True)


@pytest.fixture
def patched(backend: Backend, store: agentstore.Storage, driver_connection: Any) -> Patched:
    """A healthy database."""
    store.create_session(id="s1", metadata={"user_id": "1"})
    call = {"tool_name": "search", "arguments": {}}
    store.save_assistant_message("s1", {"type": "execute", "message": "", "tool_calls": [call]})
    return Patched(backend.name, store, driver_connection)


def findings(store: agentstore.Storage) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(store)}


@every_database
def test_a_healthy_database_is_fine(patched: Patched) -> None:
    found = findings(patched.store)
    sound = [finding for name, finding in found.items() if name not in OF_TEST_SERVERS]
    assert {finding.state for finding in sound} == {"ok"}, sound
    assert all(finding.found and not finding.advice for finding in sound)
    if patched.backend != "sqlite-file":
        assert found["durability"].state == "wrong"


@pytest.mark.parametrize(("backend", "name"), PLANTED, indirect=["backend"])
def test_a_planted_fault_is_found(patched: Patched, name: str) -> None:
    fault = FAULTS[name]
    before = findings(patched.store)[fault.check]
    fault.plant(patched)
    found = findings(patched.store)[fault.check]
    assert (before.state, found.state) == ("ok", fault.state), found
    assert fault.word in found.found
    assert found.advice


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_each_database_has_ten_faults_to_be_found(backend: str) -> None:
    assert len([name for name, fault in FAULTS.items() if backend in fault.backends]) >= 10


@every_database
def test_without_tables_it_says_what_is_missing(empty_database_url: str) -> None:
    with agentstore.connect(empty_database_url) as store:
        found = findings(store)
    assert found["migrations"].state == "wrong"
    assert found["migrations"].advice == "agentstore migrate"
    assert found["orphans"].state == "look"
    assert "migrate" in found["orphans"].advice


@every_database
def test_it_only_reads(patched: Patched, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: set[str] = set()
    text = StatementLibrary.text

    def note(library: StatementLibrary, name: str, *arguments: Any) -> str:
        sent.add(name)
        return text(library, name, *arguments)

    monkeypatch.setattr(StatementLibrary, "text", note)
    findings(patched.store)
    assert sent
    library = patched.store._repository.statement_library()
    for name in sent:
        assert name.startswith(("doctor/", "figures/", "connection/", "schema/")), name
        if not name.startswith("connection/"):
            assert library[name].render().startswith(("SELECT ", "SHOW ", "WITH ")), name


@every_database
def test_ages_count_from_a_time_that_is_given(patched: Patched) -> None:
    tomorrow = {f.check: f for f in examine(patched.store, now=NOW + timedelta(days=2))}
    assert tomorrow["waiting calls"].state == "look"


@every_database
def test_a_check_that_fails_is_told_and_the_others_go_on(
    patched: Patched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(patient: object) -> None:
        raise agentstore.DatabaseError("permission denied")

    monkeypatch.setattr("agentstore.doctor.contents.CHECKS", (fails,))
    found = findings(patched.store)
    assert found["fails"].state == "look"
    assert "permission denied" in found["fails"].found
    assert found["migrations"].state == "ok"


@pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
def test_a_scoped_store_is_refused(store: agentstore.Storage) -> None:
    with pytest.raises(agentstore.ConfigurationError):
        findings(store.scoped(tenant_id="acme"))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_checks_have_names_of_their_own(dialect: str) -> None:
    names = [check.__name__ for check in checks_of(dialect)]
    assert len(names) == len(set(names))
    assert all(check.__doc__ for check in checks_of(dialect))
