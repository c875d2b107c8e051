"""Conversations in and out of a store: everybody's forms in, OpenAI's chat-completions out.

``sources``, ``text_stream`` and ``json_values`` read what stands in files, ``gathering`` makes
conversations of it by the ``forms``, ``reading`` rows of them, ``importing`` stores these while
``read_ahead`` or, for the command, ``reading_process`` has the next ones read. ``openai_form``
holds the pure functions of the one form that is written too, by ``exporting``.
"""

from agentstore.transfer.conversation import Conversation
from agentstore.transfer.exporting import export_conversations
from agentstore.transfer.importing import ConversationError, ImportSummary, import_conversations
from agentstore.transfer.openai_form import read_conversation, write_conversation

__all__ = [
    "Conversation",
    "ConversationError",
    "ImportSummary",
    "export_conversations",
    "import_conversations",
    "read_conversation",
    "write_conversation",
]
