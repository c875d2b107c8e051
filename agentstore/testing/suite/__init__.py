"""The contract as tests. ``from agentstore.testing.suite import *`` is a whole test module.

Each class needs the fixtures of ``agentstore.testing.fixtures`` and one named ``backend``.
"""

from agentstore.testing.suite.bad_arguments import TestBadArguments
from agentstore.testing.suite.bad_ids import TestBadIds
from agentstore.testing.suite.bad_values import TestBadValues
from agentstore.testing.suite.bind import TestBind
from agentstore.testing.suite.bounds import TestBounds
from agentstore.testing.suite.concurrency import (
    TestAppends,
    TestLocksAndPools,
    TestResultsAndConfirmationsAtOnce,
    TestSessionsAtOnce,
)
from agentstore.testing.suite.confirmations import TestConfirmations
from agentstore.testing.suite.connecting import (
    TestClose,
    TestConnect,
    TestCopies,
    TestPasswords,
)
from agentstore.testing.suite.erasure import TestEraseMessage, TestEraseUser
from agentstore.testing.suite.error_types import (
    TestClosed,
    TestErrors,
    TestNoSchema,
)
from agentstore.testing.suite.history import (
    TestHistory,
    TestLongHistory,
)
from agentstore.testing.suite.holds import TestHolds, TestHoldsAndDeletionsAtOnce
from agentstore.testing.suite.ids_and_filters import (
    TestIds,
    TestMetadataFilter,
    TestStringFilters,
)
from agentstore.testing.suite.message_queries import (
    TestQueryMessages,
    TestSameTimestamps,
)
from agentstore.testing.suite.messages import (
    TestDeleteMessage,
    TestGetMessage,
    TestParts,
    TestSaveMessage,
)
from agentstore.testing.suite.page_tokens import TestPageTokens
from agentstore.testing.suite.paging import (
    TestIterators,
    TestIterMessages,
    TestIterSessions,
)
from agentstore.testing.suite.processes import (
    TestFork,
    TestProcesses,
)
from agentstore.testing.suite.records import TestRecords
from agentstore.testing.suite.responses import (
    TestAgentResponse,
    TestCallsOfAResponse,
    TestMappingResponse,
    TestTextResponse,
)
from agentstore.testing.suite.retention import TestRetention
from agentstore.testing.suite.retry_safe_ids import (
    TestAnotherMessageWithTheId,
    TestSavedAgain,
)
from agentstore.testing.suite.save_messages import TestSaveMessages
from agentstore.testing.suite.scopes import TestLists, TestScopes, TestTrash
from agentstore.testing.suite.session_queries import TestQuerySessions
from agentstore.testing.suite.sessions import (
    TestCloseAndReopen,
    TestCreateSession,
    TestDeleteSession,
    TestDeleteSessions,
    TestGetOrCreateSession,
    TestUpdateSessionMetadata,
)
from agentstore.testing.suite.stateful import TestStateful
from agentstore.testing.suite.statements import TestStatements
from agentstore.testing.suite.tool_calls import (
    TestQueryToolCalls,
    TestSaveToolResult,
    TestToolCalls,
)
from agentstore.testing.suite.transaction_owners import TestTransactionOwners
from agentstore.testing.suite.transactions import (
    TestNestedTransactions,
    TestTransaction,
    TestTransactionsAndOthers,
)
from agentstore.testing.suite.updated_at import TestUpdatedAt
from agentstore.testing.suite.values import (
    TestContent,
    TestJSONValues,
    TestMetadataObjects,
    TestStrSubclasses,
)

__all__ = [
    "TestAgentResponse",
    "TestAnotherMessageWithTheId",
    "TestAppends",
    "TestBadArguments",
    "TestBadIds",
    "TestBadValues",
    "TestBind",
    "TestBounds",
    "TestCallsOfAResponse",
    "TestClose",
    "TestCloseAndReopen",
    "TestClosed",
    "TestConfirmations",
    "TestConnect",
    "TestContent",
    "TestCopies",
    "TestCreateSession",
    "TestDeleteMessage",
    "TestDeleteSession",
    "TestDeleteSessions",
    "TestEraseMessage",
    "TestEraseUser",
    "TestErrors",
    "TestFork",
    "TestGetMessage",
    "TestGetOrCreateSession",
    "TestHistory",
    "TestHolds",
    "TestHoldsAndDeletionsAtOnce",
    "TestIds",
    "TestIterMessages",
    "TestIterSessions",
    "TestIterators",
    "TestJSONValues",
    "TestLists",
    "TestLocksAndPools",
    "TestLongHistory",
    "TestMappingResponse",
    "TestMetadataFilter",
    "TestMetadataObjects",
    "TestNestedTransactions",
    "TestNoSchema",
    "TestPageTokens",
    "TestParts",
    "TestPasswords",
    "TestProcesses",
    "TestQueryMessages",
    "TestQuerySessions",
    "TestQueryToolCalls",
    "TestRecords",
    "TestResultsAndConfirmationsAtOnce",
    "TestRetention",
    "TestSameTimestamps",
    "TestSaveMessage",
    "TestSaveMessages",
    "TestSaveToolResult",
    "TestSavedAgain",
    "TestScopes",
    "TestSessionsAtOnce",
    "TestStateful",
    "TestStatements",
    "TestStrSubclasses",
    "TestStringFilters",
    "TestTextResponse",
    "TestToolCalls",
    "TestTransaction",
    "TestTransactionOwners",
    "TestTransactionsAndOthers",
    "TestTrash",
    "TestUpdateSessionMetadata",
    "TestUpdatedAt",
]
