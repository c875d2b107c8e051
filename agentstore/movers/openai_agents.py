"""The OpenAI Agents SDK's sessions: SQLiteSession and SQLAlchemySession, whose tables are alike."""

from __future__ import annotations

from agentstore.integrations.openai_agents import KEY, item_draft
from agentstore.integrations.shared.drafts import Draft
from agentstore.movers.moving import Mover
from agentstore.movers.rows import RowMover
from agentstore.records import JSONValue
from agentstore.transfer.foreign import Program


class AgentsSessionMover(RowMover):
    """Moves the tables ``agent_sessions`` and ``agent_messages``."""

    kind = "openai-agents"
    program = Program("OpenAI's SQLiteSession or SQLAlchemySession", "movers", "openai_agents")
    key = KEY

    def draft(self, value: JSONValue) -> Draft:
        """An item as the adapter keeps it."""
        return item_draft(value, "item")


MOVERS: dict[str, type[Mover]] = {AgentsSessionMover.kind: AgentsSessionMover}
