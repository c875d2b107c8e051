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
    Content,
    ErasureReceipt,
    Hold,
    JSONValue,
    Message,
    NewMessage,
    Page,
    PendingConfirmation,
    Role,
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
from agentstore.shapes import (
    ConfirmationDict,
    DriverConnection,
    Order,
    OrderBy,
    ResponseDict,
    ToolCallDict,
)
from agentstore.storage import Storage

__version__ = "0.1.0"

__all__ = [
    "AgentResponse",
    "AppliedRule",
    "ConfigurationError",
    "ConfirmationDict",
    "Content",
    "DatabaseError",
    "DriverConnection",
    "ErasureReceipt",
    "HeldError",
    "Hold",
    "InvalidInputError",
    "JSONValue",
    "Message",
    "MessageExistsError",
    "NewMessage",
    "Order",
    "OrderBy",
    "Page",
    "PendingConfirmation",
    "PlannedRule",
    "ResponseDict",
    "RetentionPlan",
    "RetentionPolicy",
    "RetentionReport",
    "Role",
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
    "ToolCallDict",
    "ToolResultExistsError",
    "TransactionConflictError",
    "UnavailableError",
    "bind",
    "connect",
    "register_dialect",
]
