"""Keeps AI agents' conversations in the SQL database you already run."""

from agentstore.connecting import bind, connect
from agentstore.dialects.registry import register_dialect
from agentstore.errors import (
    ConfigurationError,
    DatabaseError,
    HeldError,
    InvalidInputError,
    MessageExistsError,
    SchemaError,
    SessionExistsError,
    SessionNotFoundError,
    StorageError,
    ToolResultExistsError,
    TransactionConflictError,
    UnavailableError,
)
from agentstore.records import (
    AgentResponse,
    ErasureReceipt,
    Hold,
    Message,
    NewMessage,
    Page,
    PendingConfirmation,
    SchemaStatus,
    Session,
    StatementEvent,
    StoreStats,
    ToolCall,
)
from agentstore.retention.outcomes import (
    AppliedRule,
    PlannedRule,
    RetentionPlan,
    RetentionReport,
)
from agentstore.retention.policy import RetentionPolicy
from agentstore.storage import Storage

__version__ = "0.1.0"

__all__ = [
    "AgentResponse",
    "AppliedRule",
    "ConfigurationError",
    "DatabaseError",
    "ErasureReceipt",
    "HeldError",
    "Hold",
    "InvalidInputError",
    "Message",
    "MessageExistsError",
    "NewMessage",
    "Page",
    "PendingConfirmation",
    "PlannedRule",
    "RetentionPlan",
    "RetentionPolicy",
    "RetentionReport",
    "SchemaError",
    "SchemaStatus",
    "Session",
    "SessionExistsError",
    "SessionNotFoundError",
    "StatementEvent",
    "Storage",
    "StorageError",
    "StoreStats",
    "ToolCall",
    "ToolResultExistsError",
    "TransactionConflictError",
    "UnavailableError",
    "bind",
    "connect",
    "register_dialect",
]
