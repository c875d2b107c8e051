"""Conversations in and out of a store: the OpenAI chat-completions form.

``openai_form`` holds the pure functions, ``importing`` and ``exporting`` run them against a
store, ``conversation_files`` reads and writes the files.
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
