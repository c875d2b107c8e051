"""Erasure: a user's conversations, or one message's words, and the receipts of it."""

from __future__ import annotations

import hashlib
import hmac

from agentstore.calls.core import CallsCore
from agentstore.errors import InvalidInputError, StorageError
from agentstore.model import values
from agentstore.records import ErasureReceipt


class ErasureCalls(CallsCore):
    """The calls of `agentstore.Storage` that erase."""

    def erase_message(self, message_id: str) -> bool:
        """Empty one message and its tool calls; what tells of their being there stays.

        Its content becomes '', parts and response None, metadata {}; its calls' arguments {} and
        results None. Position, role, response_type, ids, names, success and times stay.

        Returns:
            False where there is no such message.

        Raises:
            HeldError: a hold keeps its session.
            StorageError: also where what an adapter keeps of the session holds the words, too.
        """
        return self._repository.erase_message(values.check_id(message_id, "message_id"))

    def erase_user(
        self,
        user_id: str,
        *,
        tenant_id: str | None = None,
        all_tenants: bool = False,
        receipt_key: bytes | None = None,
    ) -> ErasureReceipt:
        """Delete every session of a user, in the trash or not, with all that hangs on it.

        It goes in batches at the pace of `apply_retention`; one that was cut short goes on when it
        is called again. What is held stays, and the receipt counts it.

        Args:
            user_id: the user.
            tenant_id: the tenant whose user it is; a scoped store's own where None.
            all_tenants: the users of this id of all tenants.
            receipt_key: the key by which the receipt names the user (HMAC-SHA256); without one it
                is SHA-256, a pseudonym that who knows the id can make again.

        Returns:
            The receipt, which is kept.

        Raises:
            InvalidInputError: also where several tenants have that user and none is named.
            StorageError: also inside transaction(), on a bound store and on one scoped to a user.
        """
        values.check_id(user_id, "user_id")
        values.check_flag(all_tenants, "all_tenants")
        if receipt_key is not None and (not isinstance(receipt_key, bytes) or not receipt_key):
            raise InvalidInputError("receipt_key is bytes, and not empty")
        if tenant_id is not None and all_tenants:
            raise InvalidInputError("tenant_id and all_tenants: one tenant, or all")
        self._refuse_in_user_scope("erase_user")
        if self._repository.scope is not None and all_tenants:
            raise InvalidInputError("all_tenants: the store is scoped to one")
        tenant_id = self._owner(tenant_id, None).tenant_id
        self._refuse_in_transaction("erase_user")
        repository = self._repository
        if tenant_id is None and not all_tenants and repository.has_several_tenants(user_id):
            raise InvalidInputError(
                "several tenants have a user of this id: name tenant_id, or say all_tenants=True"
            )
        digest = _digest(user_id, receipt_key)
        receipt_id = repository.erase_user(user_id, digest, tenant_id, values.now())
        repository.finish_receipt(receipt_id, user_id, tenant_id, values.now())
        for receipt in repository.query_receipts():
            if receipt.id == receipt_id:
                return receipt
        raise StorageError("the receipt of this erasure is gone")

    def query_erasure_receipts(self) -> list[ErasureReceipt]:
        """The receipts of all erasures, the oldest first; on a scoped store the tenant's own.

        Raises:
            StorageError: also on a store that is scoped to a user.
        """
        self._refuse_in_user_scope("query_erasure_receipts")
        return self._repository.query_receipts()


def _digest(user_id: str, key: bytes | None) -> str:
    """What a receipt names a user by."""
    if key is None:
        return hashlib.sha256(user_id.encode()).hexdigest()
    return hmac.new(key, user_id.encode(), hashlib.sha256).hexdigest()
