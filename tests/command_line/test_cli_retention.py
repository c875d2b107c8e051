"""retention and erase: what they print, what they ask, and whose sessions they take."""

import hmac
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from command_runs import POLICY, SQLITE, error_of, json_of, output_of, run

import agentstore
from agentstore.cli.retention import _size

AGO = datetime.now(timezone.utc) - timedelta(days=100)


@pytest.fixture
def old(store: agentstore.Storage) -> agentstore.Storage:
    """Closed sessions of ann, in two tenants, idle for 100 days; the last is held."""
    for number, tenant_id in enumerate(("acme", "acme", "umbrella")):
        store.create_session(
            id=f"s{number}",
            created_at=AGO,
            user_id="ann",
            tenant_id=tenant_id,
            system_message="Be kind.",
        )
        store.close_session(f"s{number}")
    store.place_hold(reason="a lawsuit", session_id="s2")
    return store


@pytest.mark.usefixtures("old", "shared")
def test_a_plan_and_its_apply(database_url: str) -> None:
    plan = json_of("retention", "plan", POLICY, url=database_url)
    assert plan["rules"][2] == {
        **{"name": "closed", "action": "trash", "sessions": 2},
        **{"oldest": AGO.isoformat(), "bytes": 20},
    }
    lines = output_of("retention", "plan", POLICY, url=database_url).splitlines()
    assert lines[0] == "rule\taction\tsessions\toldest\tsize about"
    assert lines[3] == f"closed\ttrash\t2\t{AGO.isoformat()}\t20 bytes"
    first = run("retention", "apply", POLICY, "--max-sessions", "1", url=database_url)
    assert first.exit_code == 0
    assert "closed\ttrash\t1\t" in first.stdout
    assert "run it again" in first.stderr
    limits = ("--max-seconds", "60", "--share", "50")
    second = run("retention", "apply", POLICY, *limits, url=database_url)
    assert "closed\ttrash\t1\t1" in second.stdout
    assert second.stderr == "1 session passed over: held\n"


@SQLITE
def test_of_a_tenant(old: agentstore.Storage, database_url: str) -> None:
    report = json.loads(
        run("retention", "apply", POLICY, "--tenant", "acme", "--json", url=database_url).stdout
    )
    assert report["rules"][2] == {"name": "closed", "action": "trash", "sessions": 2, "held": 0}
    assert [session.id for session in old.query_sessions()] == ["s2"]


@SQLITE
def test_what_is_wrong_with_a_policy(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[[rule]]\nname = "x"\naction = "purge"\n')
    error = error_of("retention", "plan", str(path), code=1, url=database_url)
    assert f"{path}:3: rule 'x', action" in error
    assert "plan" in error_of("retention", "show", POLICY, code=2, url=database_url)
    assert "nowhere" in error_of("retention", "plan", "nowhere", code=2, url=database_url)
    for limit in ("--max-sessions", "--share"):
        limited = ("retention", "plan", POLICY, limit, "1")
        assert "for apply" in error_of(*limited, code=2, url=database_url)
    for share in ("0", "101"):
        wrong = ("retention", "apply", POLICY, "--share", share)
        assert "--share" in error_of(*wrong, code=2, url=database_url)


@pytest.mark.usefixtures("shared")
def test_erase_asks_first(old: agentstore.Storage, database_url: str) -> None:
    for answer in ("n\n", ""):
        refused = run("erase", "--user", "ann", "--tenant", "acme", url=database_url, text=answer)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "Delete 2 sessions of ann for good?" in refused.stderr
        assert "nothing was erased" in refused.stderr
    assert old.count_sessions() == 3
    erased = run("erase", "--user", "ann", "--tenant", "acme", url=database_url, text="y\n")
    assert erased.exit_code == 0
    assert "agentstore_messages\t2" in erased.stdout
    assert [session.id for session in old.query_sessions()] == ["s2"]
    [receipt] = old.query_erasure_receipts()
    assert receipt.id in erased.stdout
    assert receipt.user_digest in erased.stdout


@SQLITE
def test_erase_in_a_script(old: agentstore.Storage, database_url: str, tmp_path: Path) -> None:
    several = error_of("erase", "--user", "ann", "--yes", code=1, url=database_url)
    assert "--tenant" in several
    assert "--all-tenants" in several
    key = tmp_path / "key"
    key.touch()
    empty = ("erase", "--user", "ann", "--all-tenants", "--yes", "--receipt-key", str(key))
    assert "--receipt-key" in error_of(*empty, code=2, url=database_url)
    key.write_bytes(b"secret")
    erased = run(
        *("erase", "--user", "ann", "--all-tenants", "--yes", "--json"),
        *("--receipt-key", str(key)),
        url=database_url,
    )
    assert erased.stderr == "1 session kept: held\n"
    [receipt] = old.query_erasure_receipts()
    assert json.loads(erased.stdout) == receipt.to_dict()
    assert receipt.user_digest == hmac.new(b"secret", b"ann", "sha256").hexdigest()
    assert "--user" in error_of("erase", code=2, url=database_url)
    assert "--user" in error_of("erase", "--user", "", "--yes", code=2, url=database_url)


@SQLITE
def test_what_is_wrong_with_the_command_line_ends_in_2(
    old: agentstore.Storage, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_all = ("erase", "--user", "ann", "--all-tenants", "--yes")
    assert "--all-tenants" in error_of(*of_all, "--tenant", "acme", code=2, url=database_url)
    seconds = ("--max-seconds", "nan")
    assert "--max-seconds" in error_of(
        "retention", "apply", POLICY, *seconds, code=2, url=database_url
    )
    monkeypatch.setenv("AGENTSTORE_TENANT", "acme")
    assert "--all-tenants" in error_of(*of_all, code=2, url=database_url)
    assert old.count_sessions() == 3


def test_sizes() -> None:
    found = [_size(10**power) for power in (0, 3, 6, 9, 12, 15)]
    assert found == ["1 bytes", "1.0 kB", "1.0 MB", "1.0 GB", "1.0 TB", "1000.0 TB"]


@SQLITE
def test_a_closed_stdin_is_no_yes(old: agentstore.Storage, database_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agentstore", "--database", database_url, "erase", "--user", "ann"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "--yes" in done.stderr
    assert old.count_sessions() == 3
