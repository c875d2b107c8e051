"""Erasure: a user's conversations with all that hangs on them, and one message's words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from agentstore.engine.connection import Connection, Row
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import DatabaseError, StorageError
from agentstore.model.identifiers import new_id
from agentstore.model.keys import USERS_OWN, key_of, owner_of, owner_prefixes
from agentstore.model.values import load_json
from agentstore.operations.batches import Batches
from agentstore.operations.rows import read_optional_time, read_time
from agentstore.operations.sessions import SessionOperations
from agentstore.records import ErasureReceipt
from agentstore.retention.pacing import rows_of
from agentstore.statements import NO_BLOCKS


class ErasureOperations(SessionOperations):
    """The operations of a dialect that erase."""

    def erase_message(self, message_id: str) -> bool:
        """Empty a message and its calls; False where there is none.

        Raises:
            HeldError: a hold keeps its session.
            StorageError: an adapter's tables hold its words, too.
        """

        def erase(connection: Connection) -> bool:
            place = {"message_id": message_id}
            rows = connection.rows("holds/find_place_of_message", place)
            if not rows or not self.check_not_held(connection, rows[0][0]):
                return False
            session_id, position = rows[0]
            for name in self.statements_named("find_copies"):
                for (copy,) in connection.rows(name, {"session_id": session_id}):
                    raise StorageError(
                        f"{copy} {session_id!r} holds the words of this message, too: "
                        "delete the session, or erase its user"
                    )
            parameters = {"session_id": session_id, "position": position}
            connection.count("erasure/erase_tool_calls", parameters)
            connection.count("erasure/erase_message", parameters)
            return True

        return self.executor.write(erase)

    def has_several_tenants(self, user_id: str) -> bool:
        """Whether more than one tenant has sessions of a user, or what extensions keep of one."""
        ((first, last),) = self.read("erasure/find_tenants_of_user", {"user_id": user_id})
        if first != last:
            return True
        owners = {
            owner_of(app_key)
            for name in self.statements_named("find_of_user")
            for _, app_key, _ in self.read(name, _keys_of(user_id))
        } - {None}
        if first is not None:
            owners -= set(map(owner_of, owner_prefixes(first)))
            return bool(owners)
        return len(owners) > 1

    def erase_user(
        self, user_id: str, user_digest: str, tenant_id: str | None, now: datetime
    ) -> str:
        """Delete all sessions of a user that are not held, batch by batch; says the receipt's id.

        One that was cut short goes on, on the same receipt.
        """
        receipt_id = self._unfinished_receipt(user_digest, tenant_id)
        if receipt_id is None:
            receipt_id = new_id()
            self._insert_receipt(
                {
                    "receipt_id": receipt_id,
                    "user_digest": user_digest,
                    "tenant_id": tenant_id,
                    "now": self.write_time(now),
                }
            )
        owner, blocks = _owner(user_id, tenant_id)
        batches = Batches(self.executor)
        while self._erase_batch(batches, owner, blocks, receipt_id):
            batches.pause()
        batches.finish()
        return receipt_id

    def _insert_receipt(self, receipt: dict[str, Any]) -> None:
        try:
            self.change("erasure/insert_receipt", receipt)
        except DatabaseError as error:
            # The id is the call's own: an attempt whose reply was lost has inserted it.
            if fault_of(error) is not Fault.DUPLICATE:
                raise

    def finish_receipt(
        self, receipt_id: str, user_id: str, tenant_id: str | None, now: datetime
    ) -> None:
        """Write into a receipt what holds keep, and where copies may be."""
        owner, blocks = _owner(user_id, tenant_id)

        def finish(connection: Connection) -> None:
            self.pass_gate(connection)
            ((held,),) = connection.rows("erasure/count_held_sessions_of_user", owner, blocks)
            if not held:
                found = self._delete_of_user(connection, user_id, tenant_id)
                self._add_to_receipt(connection, receipt_id, found)
            remains = [list(row) for row in connection.rows("connection/find_remains")]
            connection.count(
                "erasure/finish_receipt",
                {
                    "receipt_id": receipt_id,
                    "held": held,
                    "remains": json.dumps(remains),
                    "now": self.write_time(now),
                },
            )

        self.executor.write(finish)

    def query_receipts(self) -> list[ErasureReceipt]:
        """The receipts, the oldest first."""
        return [_read_receipt(row) for row in self.read("erasure/query_receipts", {})]

    def _unfinished_receipt(self, user_digest: str, tenant_id: str | None) -> str | None:
        parameters = {"user_digest": user_digest}
        rows = self.read("erasure/query_receipts", parameters, frozenset({"unfinished"}))
        return next((row[0] for row in rows if row[2] == tenant_id), None)

    def _erase_batch(
        self, batches: Batches, owner: dict[str, str], blocks: frozenset[str], receipt_id: str
    ) -> bool:
        """Delete some sessions and write down how many rows went; False where none is left."""
        size = batches.pace.sessions

        def erase(connection: Connection) -> int | None:
            self.pass_gate(connection)
            rows = connection.rows(
                "erasure/find_sessions_of_user", {**owner, "limit": size}, blocks
            )
            found_ids = [row[0] for row in rows]
            ids = self.not_held(connection, found_ids, user_id=owner["user_id"])
            if not ids:
                return 0 if rows else None
            listed = {"ids": self.write_list(ids)}
            found = {
                table: count
                for name in self.statements_named("count_of_sessions")
                for table, count in connection.rows(name, listed)
            }
            found["agentstore_sessions"] = self.delete_locked(connection, ids)
            self._add_to_receipt(connection, receipt_id, found)
            return len(ids)

        erased = batches.run(erase, lambda erased: rows_of(erased or 0))
        return erased is not None

    def _delete_of_user(
        self, connection: Connection, user_id: str, tenant_id: str | None
    ) -> dict[str, int]:
        """Delete what extensions keep of a user and of no session; how many rows, by table."""
        kept: list[str] = []
        for held_tenant, _ in connection.rows("erasure/find_holds_of_user", {"user_id": user_id}):
            kept += ("",) if held_tenant is None else owner_prefixes(held_tenant)
        wanted = ("",) if tenant_id is None else owner_prefixes(tenant_id)
        deleted: dict[str, int] = {}
        for name in self.statements_named("find_of_user"):
            for table, app_key, user_key in connection.rows(name, _keys_of(user_id)):
                if not app_key.startswith(wanted) or app_key.startswith(tuple(kept)):
                    continue
                keys = {"app_key": app_key, "user_key": user_key}
                count = connection.count(name.replace("/find_", "/delete_"), keys)
                deleted[table] = deleted.get(table, 0) + count
        return deleted

    @staticmethod
    def _add_to_receipt(connection: Connection, receipt_id: str, found: dict[str, int]) -> None:
        ((text,),) = connection.rows("erasure/lock_receipt", {"receipt_id": receipt_id})
        before = load_json(text)
        total = {table: before.get(table, 0) + count for table, count in found.items()}
        connection.count(
            "erasure/update_receipt",
            {"receipt_id": receipt_id, "deleted_rows": json.dumps(before | total)},
        )


def _owner(user_id: str, tenant_id: str | None) -> tuple[dict[str, str], frozenset[str]]:
    """A user as parameters and blocks; of all tenants where None is named."""
    if tenant_id is None:
        return {"user_id": user_id}, NO_BLOCKS
    return {"user_id": user_id, "tenant_id": tenant_id}, frozenset({"tenant_id"})


def _keys_of(user_id: str) -> dict[str, str]:
    """What the keys of a user's are, or begin with, where extensions keep something of the user."""
    own, digest = owner_prefixes(user_id, USERS_OWN)
    return {"user_key": key_of(f"={user_id}"), "own_prefix": own, "digest_prefix": digest}


def _read_receipt(row: Row) -> ErasureReceipt:
    receipt_id, user_digest, tenant_id, started_at, finished_at, rows, held, remains = row
    return ErasureReceipt(
        receipt_id,
        user_digest,
        tenant_id,
        read_time(started_at),
        read_optional_time(finished_at),
        load_json(rows),
        held,
        [(place, until) for place, until in load_json(remains)],
    )
