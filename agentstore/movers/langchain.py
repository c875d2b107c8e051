"""LangChain's chat message histories: SQLChatMessageHistory and PostgresChatMessageHistory."""

from __future__ import annotations

from langchain_core.messages import messages_from_dict

from agentstore.integrations.langchain import KEY, message_draft
from agentstore.integrations.shared.drafts import Draft
from agentstore.movers.moving import Mover
from agentstore.movers.rows import RowMover
from agentstore.records import JSONValue
from agentstore.transfer.foreign import Program


class SqlHistoryMover(RowMover):
    """Moves the table ``message_store``, which has no times: they are those of the move."""

    kind = "langchain-sql"
    program = Program("LangChain's SQLChatMessageHistory", "movers", "langchain_sql")
    key = KEY

    def draft(self, value: JSONValue) -> Draft:
        """A message as the adapter keeps it."""
        (message,) = messages_from_dict([value])
        return message_draft(message, "message")


class PostgresHistoryMover(SqlHistoryMover):
    """Moves the table ``chat_history``."""

    kind = "langchain-postgres"
    program = Program(
        "LangChain's PostgresChatMessageHistory", "movers", "langchain_postgres", ("postgresql",)
    )


MOVERS: dict[str, type[Mover]] = {
    mover.kind: mover for mover in (SqlHistoryMover, PostgresHistoryMover)
}
