"""A policy's file: what it may say, and what is said of one that is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from agentstore import InvalidInputError, RetentionPolicy
from agentstore.retention.rules import Candidate, RetentionRule
from agentstore.retention.walks import Owner, walks_of

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
GOOD = """\
# What the company keeps, and for how long.
[[rule]]
name = "vip"
metadata = {plan = "vip", level = 3}
action = "keep"

[[rule]]
name = "rest"
tenant_id = "acme"
user_id = "ann"
state = "closed"
idle_for = "90d"
action = "delete"
"""


def read(tmp_path: Path, text: str) -> RetentionPolicy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return RetentionPolicy.read(path)


def test_the_rules_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).rules == (
        RetentionRule("vip", "keep", entries=frozenset({'["plan","vip"]', '["level",3]'})),
        RetentionRule("rest", "delete", timedelta(days=90), "acme", "ann", "closed"),
    )


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0h", timedelta()),
        ("36h", timedelta(hours=36)),
        ("90d", timedelta(days=90)),
        ("8w", timedelta(weeks=8)),
        ("0.5d", timedelta(hours=12)),
        ("1000w", timedelta(weeks=1000)),
    ],
)
def test_spans(tmp_path: Path, text: str, span: timedelta) -> None:
    policy = read(tmp_path, GOOD.replace("90d", text))
    assert policy.rules[1].idle_for == span


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('state = "closed"', 'state = "shut"', ":11: rule 'rest', state: "),
        ('state = "closed"', "state = true", ":11: rule 'rest', state: "),
        ('state = "closed"', 'sate = "closed"', ":11: rule 'rest', sate: "),
        ('"90d"', '"90"', ":12: rule 'rest', idle_for: "),
        ('"90d"', '"90m"', ":12: rule 'rest', idle_for: "),
        ('"90d"', '"-1d"', ":12: rule 'rest', idle_for: "),
        ('"90d"', '"٩d"', ":12: rule 'rest', idle_for: "),
        ('"90d"', "90", ":12: rule 'rest', idle_for: "),
        ('"90d"', '"9999999w"', ":12: rule 'rest', idle_for: "),
        ('"90d"', f'"{"9" * 400}d"', ":12: rule 'rest', idle_for: "),
        ('idle_for = "90d"\n', "", ":7: rule 'rest', idle_for: it is missing"),
        ('action = "delete"', 'action = "purge"', ":13: rule 'rest', action: "),
        ('action = "delete"', "", ":7: rule 'rest', action: it is missing"),
        ('name = "rest"\n', "", ":7: rule 2, name: it is missing"),
        ('name = "rest"', "name = 3", ":8: rule 2, name: "),
        ('name = "rest"', 'name = "vip"', ":8: rule 'vip', name: another rule has it"),
        ('tenant_id = "acme"', 'tenant_id = ""', ":9: rule 'rest', tenant_id: "),
        ('tenant_id = "acme"', 'tenant_id = " a"', ":9: rule 'rest', tenant_id: "),
        ('user_id = "ann"', "user_id = ['ann']", ":10: rule 'rest', user_id: "),
        ('plan = "vip"', "plan = ['vip']", ":4: rule 'vip', metadata: "),
        ('plan = "vip"', "plan = nan", ":4: rule 'vip', metadata: "),
        ('plan = "vip"', "plan = 2026-01-01", ":4: rule 'vip', metadata: "),
        ('{plan = "vip", level = 3}', "{}", ":4: rule 'vip', metadata: "),
        ("# What", "rules = 1\n# What", ":1: a policy has [[rule]] tables, and no 'rules'"),
        ("# What", "[defaults]\n[x]\n# What", ":1: a policy has [[rule]] tables"),
        (GOOD, "[[rules]]\nname = 'x'", ":1: a policy has [[rule]] tables"),
        (GOOD, "", "has no [[rule]]"),
        (GOOD, "rule = 3", "has no [[rule]]"),
        (GOOD, "[[rule]]\nname = ", "is not TOML"),
        (GOOD, "[[rule]]\n[rule.metadata]\nx = []\n", ":2: rule 1, metadata: "),
        (GOOD, "rule = [{name = 'x', action = 'drop'}]", "rule 'x', action: "),
        (GOOD, f"x = {'[' * 5000}{']' * 5000}", "is not TOML: it nests too deeply"),
        (GOOD, f"x = {'{a=' * 5000}1{'}' * 5000}", "is not TOML: it nests too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read(tmp_path, GOOD.replace(old, new))
    assert said in str(refused.value)
    assert str(tmp_path / "policy.toml") in str(refused.value)


@pytest.mark.parametrize(
    "before",
    [
        "# a\u2028b\x85c\n",
        "# [[rule]]\n",
        '[[rule]]\nname = """\n[[rule]]\n\\""" state = 1 ""\n"""\naction = "keep"\n',
        "[[rule]]\nname = '''a\n[[rule]]\nstate = 1'''\naction = 'keep'\n",
        "[[rule]]\nname = 'a' # [[rule]] \"\"\"\naction = 'keep'\nstate = 'open' # '\n",
        "[[rule]]\nname = 'a'\naction = 'keep'\n[rule.metadata]\n'state' = 'x'\n",
        "[[rule]]\nname = 'a'\naction = 'keep'\nmetadata.state = 'x'\n",
        '[[ "r\\u0075le" ]]\nname = "#\'\\""\naction = \'keep\'\n'
        "metadata = {'}' = ']', state = 1}\n",
    ],
)
@pytest.mark.parametrize(
    "wrong",
    [
        "state = 'WRONG'",
        '"st\\u0061te" = "WRONG"',
        "'state'\t='WRONG'",
        "metadata = [\n'state = 1', # ]\n]#WRONG",
        "[rule.'metadata'.WRONG]",
    ],
)
def test_a_line_is_that_of_the_key_itself(tmp_path: Path, before: str, wrong: str) -> None:
    text = f"{before}[[rule]]\nname = 'b'\nidle_for = '1d'\naction = 'delete'\n{wrong}\n"
    text += "[[rule]]\nname = 'c'\naction = 'keep'\nstate = 'open'\n"
    line = text[: text.index(wrong)].count("\n") + 1
    with pytest.raises(InvalidInputError, match=rf":{line}: rule 'b', (state|metadata): "):
        read(tmp_path, text)


def test_the_trash_is_not_put_in_the_trash(tmp_path: Path) -> None:
    text = GOOD.replace('"closed"', '"trashed"').replace('"delete"', '"trash"')
    with pytest.raises(InvalidInputError, match=":13: rule 'rest', action: "):
        read(tmp_path, text)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(InvalidInputError, match="not UTF-8"):
        RetentionPolicy.read(path)
    for wrong in (tmp_path, tmp_path / "nowhere", "with\0nul", 3, None):
        with pytest.raises(InvalidInputError):
            RetentionPolicy.read(wrong)  # type: ignore[arg-type]


def candidate(**given: object) -> Candidate:
    plain = Candidate("s", NOW, "acme", "ann", True, False, False, 0, False, frozenset())
    return plain._replace(**given)  # type: ignore[arg-type]


def test_the_first_rule_that_matches_is_the_only_one(tmp_path: Path) -> None:
    policy = read(tmp_path, GOOD + '[[rule]]\nname = "all"\nidle_for = "1h"\naction = "trash"\n')
    old = NOW - timedelta(days=89)
    assert policy.due(candidate(idle_since=old, is_active=False), NOW) is None
    assert policy.due(candidate(idle_since=old), NOW) == 2
    assert policy.due(candidate(idle_since=NOW - timedelta(days=90), is_active=False), NOW) == 1
    assert policy.due(candidate(entries=policy.entries, idle_since=old), NOW) == 0
    assert policy.due(candidate(is_trashed=True, idle_since=old), NOW) is None


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "open"),
        ({"is_active": False}, "closed"),
        ({"is_archived": True}, "archived"),
        ({"is_archived": True, "is_active": False}, "archived"),
        ({"is_archived": True, "is_active": False, "is_trashed": True}, "trashed"),
    ],
)
def test_states(given: dict[str, object], state: str) -> None:
    session = candidate(**given)
    assert session.state == state
    for other in ("open", "closed", "archived", "trashed"):
        assert RetentionRule("r", "keep", state=other).matches(session) == (other == state)
    assert RetentionRule("r", "keep").matches(session) == (state != "trashed")


def test_each_session_is_walked_through_once() -> None:
    day = timedelta(days=1)
    named = RetentionPolicy(
        (
            RetentionRule("a", "delete", 2 * day, tenant_id="a"),
            RetentionRule("au", "delete", day, tenant_id="a", user_id="u"),
            RetentionRule("u", "delete", day, user_id="u"),
            RetentionRule("bin", "delete", day, state="trashed"),
        )
    )
    trash, user, tenant = walks_of(named, NOW, None)
    assert (trash.in_trash, trash.owner) == (True, Owner(None, None))
    assert (user.owner, tenant.owner) == (Owner(None, "u"), Owner("a", None))
    assert user.idle_before == tenant.idle_before == NOW - day
    assert user.has(candidate(tenant_id="a", user_id="u"))
    assert not tenant.has(candidate(tenant_id="a", user_id="u"))
    assert tenant.has(candidate(tenant_id="a", user_id="v"))
    everybody = RetentionPolicy((*named.rules, RetentionRule("all", "keep")))
    assert [walk.owner for walk in walks_of(everybody, NOW, None)] == [Owner(None, None)] * 2
    assert [walk.owner for walk in walks_of(named, NOW, "a")] == [Owner(None, None)] * 2
    assert [walk.owner for walk in walks_of(named, NOW, "b")] == [
        Owner(None, None),
        Owner(None, "u"),
    ]
