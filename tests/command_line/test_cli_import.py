"""import: what it takes, what it says of what it does not, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_runs import QUESTION, SQLITE, output_of, run

import agentstore

STRANGE = {"messages": [{"role": "ipython", "content": "1"}]}
UNKNOWN = {"talk": {"said": [{"role": "user", "content": "hello"}]}, "n": 1}


def file_of(folder: Path, *values: Any, name: str = "in.jsonl") -> str:
    path = folder / name
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return str(path)


@SQLITE
def test_what_is_not_understood_is_said(database_url: str, tmp_path: Path) -> None:
    file = file_of(tmp_path, QUESTION, STRANGE, STRANGE)
    result = run("import", file, url=database_url)
    assert result.exit_code == 0
    assert result.stderr == "not understood, 2 times: role 'ipython': kept as the user's\n"
    assert result.stdout.startswith("imported 3 conversations (3 messages, 0 tool calls)")


@SQLITE
def test_strict_refuses_it(database_url: str, tmp_path: Path) -> None:
    file = file_of(tmp_path, QUESTION, STRANGE)
    result = run("import", "--strict", file, url=database_url)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "before it: imported 1 conversation (1 message, 0 tool calls); "
        "0 skipped, since they were there",
        "Error: conversation 2 (line 2): not understood: role 'ipython': kept as the user's",
    ]


@SQLITE
def test_what_is_in_no_form_names_its_keys_and_what_to_do(
    database_url: str, tmp_path: Path
) -> None:
    file = file_of(tmp_path, UNKNOWN)
    result = run("import", file, url=database_url)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "Error: conversation 1 (line 1): no form that is known has these keys ('talk', 'n'): "
        "name the form with --form, or the key of its messages with --messages-key"
    )
    output_of("import", "--messages-key", "talk.said", file, url=database_url)
    with agentstore.connect(database_url) as store:
        [session] = store.query_sessions()
        assert session.metadata == {"talk": {}, "n": 1}
        assert [message.content for message in store.get_history(session.id)] == ["hello"]
    missing = run("import", "--messages-key", "talk.told", file, url=database_url)
    assert 'there is no "talk.told"' in missing.stderr


@SQLITE
def test_a_form_may_be_named(database_url: str, tmp_path: Path) -> None:
    file = file_of(tmp_path, {"role": "user", "content": [{"type": "text", "text": "hello"}]})
    output_of("import", "--form", "anthropic", file, url=database_url)
    with agentstore.connect(database_url) as store:
        [session] = store.query_sessions()
        assert store.get_history(session.id)[0].parts is None
    assert run("import", "--form", "nonsense", file, url=database_url).exit_code == 2


@SQLITE
def test_keep_going_stores_the_others_and_lists_what_it_left_out(
    database_url: str, tmp_path: Path
) -> None:
    file = file_of(tmp_path, QUESTION, UNKNOWN, [{"content": "?"}], {**QUESTION, "n": 2})
    result = run("import", "--keep-going", file, "--json", url=database_url)
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    assert summary["conversations"] == 2
    assert [text.split(":")[0] for text in summary["left_out"]] == [
        "conversation 2 (line 2)",
        "conversation 3 (line 3)",
    ]
    assert result.stderr.count("left out: conversation ") == 2


@SQLITE
def test_a_dry_run_stores_nothing(database_url: str, tmp_path: Path) -> None:
    file = file_of(tmp_path, QUESTION, STRANGE)
    result = run("import", "--dry-run", file, url=database_url)
    assert result.stdout.startswith("would import 2 conversations (2 messages, 0 tool calls)")
    with agentstore.connect(database_url) as store:
        assert store.count_sessions() == 0


@SQLITE
def test_several_files_and_folders(database_url: str, tmp_path: Path) -> None:
    one = file_of(tmp_path, QUESTION)
    folder = tmp_path / "more"
    folder.mkdir()
    file_of(folder, {**QUESTION, "n": 2}, name="a.json")
    file_of(folder, name="b.json")
    (folder / "notes.md").write_text("?")
    result = run("import", one, str(folder), url=database_url)
    assert result.stdout.startswith("imported 2 conversations")
    assert result.stderr.splitlines() == [
        f"there is nothing in {folder / 'b.json'}",
        f"not read: {folder / 'notes.md'}",
    ]
    bad = file_of(folder, UNKNOWN, name="c.json")
    assert (
        f"Error: {bad}: conversation 1 (line 1)" in run("import", one, bad, url=database_url).stderr
    )


@SQLITE
def test_an_empty_file_is_remarked_on(database_url: str, tmp_path: Path) -> None:
    file = file_of(tmp_path)
    result = run("import", file, url=database_url)
    assert (result.exit_code, result.stderr) == (0, f"there is nothing in {file}\n")


@SQLITE
def test_a_conversation_that_has_grown_goes_on(database_url: str, tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "wind", "arguments": "{}"}}
    asks = {"role": "assistant", "content": None, "tool_calls": [call]}
    answer = {"role": "tool", "tool_call_id": "c", "content": "12"}
    user = {"role": "user", "content": "Wind?"}
    grown = [[user], [user, asks], [user, asks, answer], [user, asks, answer, user]]
    for number, messages in enumerate(grown):
        file = file_of(tmp_path, {"id": 7, "messages": messages, "title": f"{number}"})
        output = output_of("import", "--id-key", "id", file, url=database_url)
        assert ("1 continued" in output) == (number > 0)
    again = output_of("import", "--id-key", "id", file, url=database_url)
    assert again.endswith("1 skipped, since they were there\n")
    with agentstore.connect(database_url) as store:
        [session] = store.query_sessions()
        assert (session.id, session.metadata["title"]) == ("7", "3")
        assert [message.role for message in store.get_history("7")] == ["user", "assistant", "user"]
        assert [made.result for made in store.query_tool_calls()] == ["12"]

    other = file_of(tmp_path, {"id": 7, "messages": [{"role": "user", "content": "Rain?"}]})
    result = run("import", "--id-key", "id", other, url=database_url)
    assert "the session '7' goes on in another way from message 1 on" in result.stderr
    without = run("import", "--id-key", "nr", other, url=database_url)
    assert 'there is no id under "nr"' in without.stderr


@SQLITE
def test_a_conversation_that_cannot_go_on_is_left_out(database_url: str, tmp_path: Path) -> None:
    """Its session is in the trash or another tenant's: the others are imported all the same."""
    question, answer = ({"role": role, "content": role} for role in ("user", "assistant"))
    first = file_of(tmp_path, *({"id": number, "messages": [question]} for number in (1, 2, 3)))
    output_of("import", "--id-key", "id", first, url=database_url)
    with agentstore.connect(database_url) as store:
        store.trash_session("1")
        store.scoped(tenant_id="acme").create_session(id="4")
    again = output_of("import", "--id-key", "id", first, url=database_url)
    assert again.endswith("3 skipped, since they were there\n")

    grown = file_of(
        tmp_path, *({"id": number, "messages": [question, answer]} for number in (1, 2, 4, 5))
    )
    arguments = ("import", "--id-key", "id", "--keep-going", "--tenant", "other", grown)
    theirs = run(*arguments, url=database_url)
    assert (theirs.exit_code, theirs.stderr.count("another session of this id")) == (1, 3)
    assert theirs.stdout.startswith("imported 1 conversation (2 messages")
    ours = run("import", "--id-key", "id", "--keep-going", grown, url=database_url)
    assert ours.exit_code == 1
    assert "(line 1): the session '1' is in the trash, and its conversation has" in ours.stderr
    with agentstore.connect(database_url) as store:
        assert store.get_message_count("2") == 2
        assert len(store.get_history("1", trashed=True)) == 1


@pytest.mark.parametrize("command", ["import", "export"])
def test_the_help_says_what_does_not_move(command: str) -> None:
    text = " ".join(output_of(command, "--help").split())
    for words in ("pending confirmation", "dump and restore move a store"):
        assert words in text
