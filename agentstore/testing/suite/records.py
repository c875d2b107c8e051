"""The records: their fields, what they turn into, and that they are the caller's own."""

from __future__ import annotations

import dataclasses
import json
import pickle
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

import agentstore
from agentstore import Storage
from agentstore.testing.suite.samples import call, everything, message

FIELDS = {
    "Session": "id created_at updated_at active metadata tenant_id user_id title archived_at "
    "pinned_at last_message_at trashed_at",
    "Message": "id session_id position role content parts timestamp response_type response "
    "metadata tool_calls",
    "ToolCall": "id session_id message_id position call_id tool_name arguments result success "
    "timestamp completed_at",
    "PendingConfirmation": "id session_id tool_name arguments user_message timestamp",
    "SchemaStatus": "applied pending unknown",
    "AgentResponse": "type message tool_calls data questions options action risk preview missing "
    "extra",
}

NAMES = [
    "connect",
    "bind",
    "register_dialect",
    "Storage",
    "NewMessage",
    *FIELDS,
    "StorageError",
    "ConfigurationError",
    "InvalidInputError",
    "SessionNotFoundError",
    "SessionExistsError",
    "MessageExistsError",
    "ToolResultExistsError",
    "SchemaError",
    "UnavailableError",
    "DatabaseError",
    "TransactionConflictError",
]


def _records(store: Storage) -> dict[str, Any]:
    """One of each record, as a store returns it."""
    store.create_session(id="s", metadata={"a": [1, {"b": None}], "nul": "\x00"})
    store.save_assistant_message(
        "s",
        {
            "type": "execute",
            "message": [{"type": "text", "text": "x"}],
            "tool_calls": [call("one", result={"success": True}), call("two")],
            "data": [1.0, 2**70],
        },
        {"m": True},
        id="m",
    )
    store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {"a": [None]}})
    return {
        "Session": store.get_session("s"),
        "Message": store.get_message("m"),
        "ToolCall": store.query_tool_calls(pending=False)[0],
        "PendingConfirmation": store.get_pending_confirmation("s"),
    }


class TestRecords:
    def test_everything_is_importable_from_the_package(self) -> None:
        for name in NAMES:
            assert hasattr(agentstore, name), name

    def test_fields_in_order(self) -> None:
        for name, fields in FIELDS.items():
            record = getattr(agentstore, name)
            assert [field.name for field in dataclasses.fields(record)] == fields.split(), name

    def test_types(self, store: Storage) -> None:
        for name, record in _records(store).items():
            assert type(record) is getattr(agentstore, name)

    def test_frozen(self, store: Storage) -> None:
        for record in _records(store).values():
            for field in dataclasses.fields(record):
                with pytest.raises(dataclasses.FrozenInstanceError):
                    setattr(record, field.name, None)

    def test_times_are_utc(self, store: Storage) -> None:
        for record in _records(store).values():
            for field in dataclasses.fields(record):
                value = getattr(record, field.name)
                if isinstance(value, datetime):
                    assert value.utcoffset() == timedelta(0), field.name

    def test_to_dict_is_json_ready(self, store: Storage) -> None:
        for name, record in _records(store).items():
            found = record.to_dict()
            assert list(found) == FIELDS[name].split()
            assert json.loads(json.dumps(found, allow_nan=False)) == found
            for field in dataclasses.fields(record):
                value = getattr(record, field.name)
                if isinstance(value, datetime):
                    assert datetime.fromisoformat(found[field.name]) == value
                elif field.name != "tool_calls":
                    assert found[field.name] == value

    def test_to_dict_of_a_message_has_its_calls(self, store: Storage) -> None:
        _records(store)
        found = message(store, "m")
        assert found.to_dict()["tool_calls"] == [made.to_dict() for made in found.tool_calls]
        assert [made["tool_name"] for made in found.to_dict()["tool_calls"]] == ["one", "two"]

    def test_to_dict_of_the_schema_status(self, store: Storage) -> None:
        status = store.schema_status()
        assert status.to_dict() == {
            "applied": status.applied,
            "pending": [],
            "unknown": [],
        }
        assert status.applied

    def test_equal_however_they_are_read(self, store: Storage, other_store: Storage) -> None:
        records = _records(store)
        assert other_store.get_session("s") == store.query_sessions()[0] == records["Session"]
        assert other_store.get_message("m") == store.get_history("s")[0] == records["Message"]
        assert [*store.iter_messages()] == store.query_messages() == [records["Message"]]
        assert [*store.iter_sessions()] == [records["Session"]]
        assert store.get_tool_calls_for_message("m")[0] == records["ToolCall"]
        assert records["Message"].tool_calls[0] == records["ToolCall"]
        assert store.get_or_create_session("s") == records["Session"]

    def test_they_survive_pickling_and_copying(self, store: Storage) -> None:
        for record in _records(store).values():
            assert pickle.loads(pickle.dumps(record)) == record
            assert deepcopy(record) == record

    def test_changing_one_changes_nothing_stored(self, store: Storage) -> None:
        records = _records(store)
        before = deepcopy(everything(store))
        records["Session"].metadata["a"].append("mine")
        records["Message"].metadata["mine"] = 1
        records["Message"].parts.clear()
        records["Message"].response["data"].clear()
        records["Message"].tool_calls.clear()
        records["ToolCall"].arguments["mine"] = 1
        records["PendingConfirmation"].arguments.clear()
        assert everything(store) == before

    def test_what_was_read_can_be_saved_elsewhere(self, store: Storage) -> None:
        found = _records(store)["Message"]
        store.create_session(id="copy")
        copied = agentstore.NewMessage(
            role=found.role,
            content=found.parts,
            metadata=found.metadata,
            response_type=found.response_type,
            response=found.response,
            tool_calls=[dataclasses.replace(made, id=None) for made in found.tool_calls],
            timestamp=found.timestamp,
        )
        [copy_id] = store.save_messages("copy", [copied])
        copy = message(store, copy_id)
        same = [name for name in FIELDS["Message"].split() if "id" not in name]
        for name in same[:-1]:
            assert getattr(copy, name) == getattr(found, name), name
        for mine, theirs in zip(copy.tool_calls, found.tool_calls, strict=True):
            assert dataclasses.replace(mine, id=theirs.id, session_id="s", message_id="m") == theirs
