"""Retention: the first rule that matches is a session's, held ones stay, and a plan comes true."""

from __future__ import annotations

import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from agentstore import (
    InvalidInputError,
    NewMessage,
    RetentionPolicy,
    RetentionReport,
    Storage,
    StorageError,
)

RULES = """
    [[rule]]
    name = "vip"
    metadata = {plan = "vip"}
    action = "keep"

    [[rule]]
    name = "acme"
    tenant_id = "acme"
    idle_for = "30d"
    action = "delete"

    [[rule]]
    name = "archived"
    state = "archived"
    idle_for = "52w"
    action = "trash"

    [[rule]]
    name = "closed"
    state = "closed"
    idle_for = "30d"
    action = "trash"

    [[rule]]
    name = "bin"
    state = "trashed"
    idle_for = "0h"
    action = "delete"

    [[rule]]
    name = "old"
    idle_for = "90d"
    action = "delete"
"""


def days_ago(days: float) -> datetime:
    return datetime.now(timezone.utc) - timedelta(days=days)


def fill(store: Storage) -> dict[str, str | None]:
    """A session of each kind; says which rule of `RULES` is due for it."""
    made: dict[str, tuple[str | None, float, dict[str, Any]]] = {
        "old vip": ("vip", 400, {"metadata": {"plan": "vip"}, "tenant_id": "acme"}),
        "new vip": ("vip", 0.01, {"metadata": {"plan": "vip", "n": 1}}),
        "acme old": ("acme", 31, {"tenant_id": "acme"}),
        "acme new": (None, 29, {"tenant_id": "acme"}),
        "acme archived": ("acme", 40, {"tenant_id": "acme"}),
        "archived old": ("archived", 365, {}),
        "archived new": (None, 100, {"metadata": {"plan": "free"}}),
        "closed old": ("closed", 31, {"user_id": "ann", "tenant_id": "other"}),
        "closed new": (None, 29, {}),
        "closed ancient": ("closed", 1000, {}),
        "open old": ("old", 91, {"user_id": "ann"}),
        "open new": (None, 89, {"user_id": "ann"}),
        "in the trash": ("bin", 3, {}),
        "in the trash too": ("bin", 2, {"tenant_id": "acme"}),
    }
    for name, (_, days, given) in made.items():
        store.create_session(id=name, created_at=days_ago(days), **given)
        if "archived" in name:
            store.update_session(name, archived=True)
        if "closed" in name:
            store.close_session(name)
        if "trash" in name:
            store.trash_session(name)
    return {name: rule for name, (rule, _, _) in made.items()}


def there(store: Storage) -> dict[str, bool]:
    """The sessions that are there, and whether they are in the trash."""
    return {
        session.id: session.trashed_at is not None
        for trashed in (False, True)
        for session in store.query_sessions(trashed=trashed)
    }


def done(report: RetentionReport) -> dict[str, int]:
    return {rule.name: rule.sessions for rule in report.rules}


DELETE_ALL = """
    [[rule]]
    name = "all"
    idle_for = "1h"
    action = "delete"
"""


class TestRetention:
    @pytest.fixture
    def policy(self, tmp_path: Path) -> Any:
        """Makes a policy of its text."""

        def make(text: str = RULES) -> RetentionPolicy:
            path = tmp_path / "retention.toml"
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            return RetentionPolicy.read(path)

        return make

    def test_a_plan_comes_true(self, store: Storage, policy: Any) -> None:
        expected = fill(store)
        store.save_user_message("acme new", "it is in use")
        plan = store.plan_retention(policy())
        report = store.apply_retention(policy())
        names = list(expected.values())
        assert [(rule.name, rule.action, rule.sessions) for rule in plan.rules] == [
            ("vip", "keep", 2),
            ("acme", "delete", names.count("acme")),
            ("archived", "trash", names.count("archived")),
            ("closed", "trash", names.count("closed")),
            ("bin", "delete", 2),
            ("old", "delete", names.count("old")),
        ]
        assert [rule[:3] for rule in report.rules] == [rule[:3] for rule in plan.rules]
        assert {rule.held for rule in report.rules} == {0}
        assert report.finished
        assert there(store) == {
            name: rule in ("archived", "closed")
            for name, rule in expected.items()
            if rule in ("vip", "archived", "closed", None)
        }

    def test_what_a_run_puts_in_the_trash_is_for_the_next(
        self, store: Storage, policy: Any
    ) -> None:
        fill(store)
        store.apply_retention(policy())
        assert done(store.apply_retention(policy())) == {
            **{"vip": 2, "acme": 0, "archived": 0, "closed": 0, "bin": 3, "old": 0}
        }
        assert True not in there(store).values()

    def test_oldest_and_bytes(self, store: Storage, policy: Any) -> None:
        at = days_ago(50)
        for number in range(3):
            store.create_session(id=f"s{number}", created_at=at + timedelta(days=number))
            store.save_messages(f"s{number}", [NewMessage("user", "é" * 500, timestamp=at)])
        [rule] = store.plan_retention(policy(DELETE_ALL)).rules
        assert rule.sessions == 3
        assert rule.oldest == at
        assert 3000 <= rule.bytes < 4000
        store.apply_retention(policy(DELETE_ALL))
        [rule] = store.plan_retention(policy(DELETE_ALL)).rules
        assert (rule.sessions, rule.oldest, rule.bytes) == (0, None, 0)

    @pytest.mark.parametrize(
        "on",
        [{"session_id": "s1"}, {"user_id": "ann"}, {"tenant_id": "acme"}],
        ids=["session", "user", "tenant"],
    )
    def test_what_is_held_is_passed_over(
        self, store: Storage, policy: Any, on: dict[str, str]
    ) -> None:
        for number in range(3):
            owner: dict[str, Any] = {}
            if number == 1:
                owner = {"user_id": "ann", "tenant_id": "acme"}
            store.create_session(id=f"s{number}", created_at=days_ago(9), **owner)
        hold_id = store.place_hold(reason="a lawsuit", **on)
        text = DELETE_ALL.replace("delete", "trash")
        assert [rule.sessions for rule in store.plan_retention(policy(text)).rules] == [2]
        for wanted in (text, DELETE_ALL.replace("[[rule]]", "[[rule]]\nstate = 'trashed'")):
            policy_ = policy(wanted.replace("1h", "0h"))
            report = store.apply_retention(policy_)
            assert report.rules[0].sessions == 2
            assert report.rules[0].held == ("trashed" not in wanted)
            assert report.finished
        assert there(store) == {"s1": False}
        store.release_hold(hold_id)
        assert store.apply_retention(policy(DELETE_ALL)).rules[0][2:] == (1, 0)

    def test_held_ones_at_the_old_end_stop_nothing(self, store: Storage, policy: Any) -> None:
        for number in range(120):
            store.create_session(id=f"a{number}", created_at=days_ago(20), user_id="ann")
        store.create_session(id="bobs", created_at=days_ago(10), user_id="bob")
        store.place_hold(reason="a lawsuit", user_id="ann")
        [rule] = store.apply_retention(policy(DELETE_ALL), max_sessions=1).rules
        assert (rule.sessions, rule.held) == (1, 120)
        assert store.get_session("bobs") is None

    def test_limits(self, store: Storage, policy: Any) -> None:
        for number in range(7):
            store.create_session(id=f"s{number}", created_at=days_ago(20 - number))
        at_once: Any = store.apply_retention(policy(DELETE_ALL), max_seconds=0)
        assert (done(at_once), at_once.finished) == ({"all": 0}, False)
        first = store.apply_retention(policy(DELETE_ALL), max_sessions=3)
        assert (done(first), first.finished) == ({"all": 3}, False)
        assert set(there(store)) == {"s3", "s4", "s5", "s6"}
        rest = store.apply_retention(policy(DELETE_ALL), max_sessions=4, max_seconds=60, share=1)
        assert (done(rest), rest.finished) == ({"all": 4}, True)
        none = store.apply_retention(policy(DELETE_ALL), max_sessions=0)
        assert (done(none), none.finished) == ({"all": 0}, True)

    def test_more_than_a_page(self, store: Storage, policy: Any) -> None:
        at = days_ago(20)
        with store.transaction():
            for number in range(1100):
                store.create_session(id=f"s{number}", created_at=at)
        store.create_session(id="new")
        assert store.plan_retention(policy(DELETE_ALL)).rules[0].sessions == 1100
        assert done(store.apply_retention(policy(DELETE_ALL), share=1)) == {"all": 1100}
        assert there(store) == {"new": False}

    def test_several_at_once(self, store: Storage, policy: Any) -> None:
        for number in range(300):
            store.create_session(id=f"s{number}", created_at=days_ago(20))
        read = policy(DELETE_ALL)
        with ThreadPoolExecutor(3) as pool:
            reports = list(pool.map(lambda _: store.apply_retention(read), range(3)))
        assert sum(done(report)["all"] for report in reports) == 300
        assert there(store) == {}

    def test_owners_that_overlap_count_once(self, store: Storage, policy: Any) -> None:
        owners: list[dict[str, Any]] = [
            {"tenant_id": "acme"},
            {"user_id": "ann"},
            {"tenant_id": "acme", "user_id": "ann"},
        ]
        for number, owner in enumerate(owners):
            store.create_session(id=f"s{number}", created_at=days_ago(20), **owner)
        store.create_session(id="others", created_at=days_ago(20), tenant_id="b", user_id="bob")
        read = policy(
            DELETE_ALL.replace('"all"', '"acme"\ntenant_id = "acme"')
            + DELETE_ALL.replace('"all"', '"ann"\nuser_id = "ann"')
            + DELETE_ALL.replace('"all"', '"both"\ntenant_id = "acme"\nuser_id = "ann"')
        )
        plan = store.plan_retention(read)
        assert [rule.sessions for rule in plan.rules] == [2, 1, 0]
        assert done(store.apply_retention(read)) == {"acme": 2, "ann": 1, "both": 0}
        assert there(store) == {"others": False}

    def test_of_a_tenants_store(self, store: Storage, policy: Any) -> None:
        fill(store)
        before = there(store)
        acme = store.scoped(tenant_id="acme")
        plan = acme.plan_retention(policy())
        assert [rule.sessions for rule in plan.rules] == [1, 2, 0, 0, 1, 0]
        other = policy(DELETE_ALL.replace('"all"', '"other"\ntenant_id = "other"'))
        assert done(acme.apply_retention(other)) == {"other": 0}
        assert acme.apply_retention(policy()).finished
        gone = {"acme old", "acme archived", "in the trash too"}
        assert there(store) == {name: at for name, at in before.items() if name not in gone}
        view = store.scoped(tenant_id="acme", user_id="ann")
        for call in (view.plan_retention, view.apply_retention):
            with pytest.raises(StorageError, match="scoped to a user"):
                call(policy())

    def test_metadata_by_value(self, store: Storage, policy: Any) -> None:
        store.create_session(id="one", created_at=days_ago(9), metadata={"n": 1, "on": True})
        store.create_session(id="true", created_at=days_ago(9), metadata={"n": True})
        store.create_session(id="text", created_at=days_ago(9), metadata={"n": "1"})
        read = policy(DELETE_ALL.replace('"all"', '"n"\nmetadata = {n = 1.0, on = true}'))
        assert store.plan_retention(read).rules[0].sessions == 1
        store.apply_retention(read)
        assert set(there(store)) == {"true", "text"}

    def test_updated_at_stays(self, store: Storage, policy: Any) -> None:
        store.create_session(id="s", created_at=days_ago(9))
        before = store.get_session("s")
        store.apply_retention(policy(DELETE_ALL.replace("delete", "trash")))
        after = store.get_session("s", trashed=True)
        assert after is not None
        assert after.trashed_at is not None
        assert store.restore_session("s")
        assert store.get_session("s") == before

    def test_a_path_will_do(self, store: Storage, policy: Any, tmp_path: Path) -> None:
        policy(DELETE_ALL)
        path = tmp_path / "retention.toml"
        assert store.plan_retention(path) == store.plan_retention(str(path))
        assert store.apply_retention(path).to_dict() == {
            "rules": [{"name": "all", "action": "delete", "sessions": 0, "held": 0}],
            "finished": True,
        }
        assert store.plan_retention(path).to_dict() == {
            "rules": [
                {"name": "all", "action": "delete", "sessions": 0, "oldest": None, "bytes": 0}
            ]
        }

    def test_refused(self, store: Any, policy: Any, tmp_path: Path) -> None:
        read = policy(DELETE_ALL)
        with store.transaction():
            with pytest.raises(StorageError, match="batches"):
                store.apply_retention(read)
            assert store.plan_retention(read).rules[0].sessions == 0
        for wrong in (
            {"max_sessions": -1},
            {"max_sessions": True},
            {"max_seconds": -1},
            {"max_seconds": float("nan")},
            {"max_seconds": "1"},
            {"share": 0},
            {"share": 1.5},
            {"share": True},
            {"share": float("nan")},
            {"share": "50%"},
        ):
            with pytest.raises(InvalidInputError):
                store.apply_retention(read, **wrong)
        for policy_ in (None, 3, tmp_path / "nowhere.toml", tmp_path):
            with pytest.raises(InvalidInputError):
                store.plan_retention(policy_)
