"""A database as the TypeScript original makes it: the tables of `prisma migrate`, and rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from agentstore.testing import Backend

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
START = 1_700_000_000_000
"""Milliseconds since 1970."""

DDL = {
    "postgresql": """
        CREATE TABLE "agent_sessions" (
            "id" TEXT NOT NULL,
            "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updatedAt" TIMESTAMP(3) NOT NULL,
            "active" BOOLEAN NOT NULL DEFAULT true,
            "metadata" JSONB,
            CONSTRAINT "agent_sessions_pkey" PRIMARY KEY ("id")
        );
        CREATE TABLE "agent_messages" (
            "id" TEXT NOT NULL,
            "sessionId" TEXT NOT NULL,
            "role" TEXT NOT NULL,
            "content" TEXT NOT NULL,
            "timestamp" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "responseType" TEXT,
            "metadata" JSONB,
            CONSTRAINT "agent_messages_pkey" PRIMARY KEY ("id")
        );
        CREATE TABLE "agent_tool_calls" (
            "id" TEXT NOT NULL,
            "messageId" TEXT NOT NULL,
            "toolName" TEXT NOT NULL,
            "arguments" JSONB NOT NULL,
            "result" JSONB,
            "timestamp" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            CONSTRAINT "agent_tool_calls_pkey" PRIMARY KEY ("id")
        );
        CREATE TABLE "agent_pending_confirmations" (
            "id" TEXT NOT NULL,
            "sessionId" TEXT NOT NULL,
            "toolName" TEXT NOT NULL,
            "arguments" JSONB NOT NULL,
            "userMessage" TEXT NOT NULL,
            "timestamp" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            CONSTRAINT "agent_pending_confirmations_pkey" PRIMARY KEY ("id")
        );
        CREATE INDEX "agent_messages_sessionId_idx" ON "agent_messages"("sessionId");
        CREATE INDEX "agent_tool_calls_messageId_idx" ON "agent_tool_calls"("messageId");
        CREATE UNIQUE INDEX "agent_pending_confirmations_sessionId_key"
            ON "agent_pending_confirmations"("sessionId");
        ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_sessionId_fkey"
            FOREIGN KEY ("sessionId") REFERENCES "agent_sessions"("id")
            ON DELETE CASCADE ON UPDATE CASCADE;
        ALTER TABLE "agent_tool_calls" ADD CONSTRAINT "agent_tool_calls_messageId_fkey"
            FOREIGN KEY ("messageId") REFERENCES "agent_messages"("id")
            ON DELETE CASCADE ON UPDATE CASCADE;
        ALTER TABLE "agent_pending_confirmations"
            ADD CONSTRAINT "agent_pending_confirmations_sessionId_fkey"
            FOREIGN KEY ("sessionId") REFERENCES "agent_sessions"("id")
            ON DELETE CASCADE ON UPDATE CASCADE
        """,
    "mysql": """
        CREATE TABLE `agent_sessions` (
            `id` VARCHAR(191) NOT NULL,
            `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            `updatedAt` DATETIME(3) NOT NULL,
            `active` BOOLEAN NOT NULL DEFAULT true,
            `metadata` JSON NULL,
            PRIMARY KEY (`id`)
        ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
        CREATE TABLE `agent_messages` (
            `id` VARCHAR(191) NOT NULL,
            `sessionId` VARCHAR(191) NOT NULL,
            `role` VARCHAR(191) NOT NULL,
            `content` TEXT NOT NULL,
            `timestamp` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            `responseType` VARCHAR(191) NULL,
            `metadata` JSON NULL,
            INDEX `agent_messages_sessionId_idx`(`sessionId`),
            PRIMARY KEY (`id`)
        ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
        CREATE TABLE `agent_tool_calls` (
            `id` VARCHAR(191) NOT NULL,
            `messageId` VARCHAR(191) NOT NULL,
            `toolName` VARCHAR(191) NOT NULL,
            `arguments` JSON NOT NULL,
            `result` JSON NULL,
            `timestamp` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            INDEX `agent_tool_calls_messageId_idx`(`messageId`),
            PRIMARY KEY (`id`)
        ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
        CREATE TABLE `agent_pending_confirmations` (
            `id` VARCHAR(191) NOT NULL,
            `sessionId` VARCHAR(191) NOT NULL,
            `toolName` VARCHAR(191) NOT NULL,
            `arguments` JSON NOT NULL,
            `userMessage` TEXT NOT NULL,
            `timestamp` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            UNIQUE INDEX `agent_pending_confirmations_sessionId_key`(`sessionId`),
            PRIMARY KEY (`id`)
        ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
        ALTER TABLE `agent_messages` ADD CONSTRAINT `agent_messages_sessionId_fkey`
            FOREIGN KEY (`sessionId`) REFERENCES `agent_sessions`(`id`)
            ON DELETE CASCADE ON UPDATE CASCADE;
        ALTER TABLE `agent_tool_calls` ADD CONSTRAINT `agent_tool_calls_messageId_fkey`
            FOREIGN KEY (`messageId`) REFERENCES `agent_messages`(`id`)
            ON DELETE CASCADE ON UPDATE CASCADE;
        ALTER TABLE `agent_pending_confirmations`
            ADD CONSTRAINT `agent_pending_confirmations_sessionId_fkey`
            FOREIGN KEY (`sessionId`) REFERENCES `agent_sessions`(`id`)
            ON DELETE CASCADE ON UPDATE CASCADE
        """,
    "sqlite": """
        CREATE TABLE "agent_sessions" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updatedAt" DATETIME NOT NULL,
            "active" BOOLEAN NOT NULL DEFAULT true,
            "metadata" JSONB
        );
        CREATE TABLE "agent_messages" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "sessionId" TEXT NOT NULL,
            "role" TEXT NOT NULL,
            "content" TEXT NOT NULL,
            "timestamp" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "responseType" TEXT,
            "metadata" JSONB,
            CONSTRAINT "agent_messages_sessionId_fkey" FOREIGN KEY ("sessionId")
                REFERENCES "agent_sessions" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        );
        CREATE TABLE "agent_tool_calls" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "messageId" TEXT NOT NULL,
            "toolName" TEXT NOT NULL,
            "arguments" JSONB NOT NULL,
            "result" JSONB,
            "timestamp" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            CONSTRAINT "agent_tool_calls_messageId_fkey" FOREIGN KEY ("messageId")
                REFERENCES "agent_messages" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        );
        CREATE TABLE "agent_pending_confirmations" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "sessionId" TEXT NOT NULL,
            "toolName" TEXT NOT NULL,
            "arguments" JSONB NOT NULL,
            "userMessage" TEXT NOT NULL,
            "timestamp" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            CONSTRAINT "agent_pending_confirmations_sessionId_fkey" FOREIGN KEY ("sessionId")
                REFERENCES "agent_sessions" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        );
        CREATE INDEX "agent_messages_sessionId_idx" ON "agent_messages"("sessionId");
        CREATE INDEX "agent_tool_calls_messageId_idx" ON "agent_tool_calls"("messageId");
        CREATE UNIQUE INDEX "agent_pending_confirmations_sessionId_key"
            ON "agent_pending_confirmations"("sessionId")
        """,
}

COLUMNS = {
    "agent_sessions": ("id", "createdAt", "updatedAt", "active", "metadata"),
    "agent_messages": (
        *("id", "sessionId", "role", "content", "timestamp", "responseType", "metadata"),
    ),
    "agent_tool_calls": ("id", "messageId", "toolName", "arguments", "result", "timestamp"),
    "agent_pending_confirmations": (
        *("id", "sessionId", "toolName", "arguments", "userMessage", "timestamp"),
    ),
}
_TIMES = ("createdAt", "updatedAt", "timestamp")

WITHOUT_FOREIGN_KEYS = {
    "postgresql": "SET session_replication_role = replica",
    "mysql": "SET foreign_key_checks = 0",
    "sqlite": "PRAGMA foreign_keys = OFF",
}


def moment(milliseconds: int) -> datetime:
    """A time of the original's as a store gives it."""
    return EPOCH + timedelta(milliseconds=milliseconds)


@dataclass
class PrismaDatabase:
    """The original's database; opened anew for each change, as by another program."""

    backend: Backend
    url: str
    _writes: int = field(default=0, repr=False)

    @classmethod
    def create(cls, backend: Backend, url: str | None = None) -> PrismaDatabase:
        """A database with the original's tables; a new one, unless a URL is given."""
        made = cls(backend, url or backend.new_database())
        made.run(DDL[made.dialect])
        return made

    @property
    def dialect(self) -> str:
        scheme = self.url.partition(":")[0]
        return "mysql" if scheme == "mariadb" else scheme

    def run(self, statements: str) -> None:
        """Run statements that are separated by semicolons."""
        with self._connection() as cursor:
            for statement in statements.split(";"):
                cursor.execute(statement)

    def add(self, table: str, *rows: tuple[Any, ...], foreign_keys: bool = True) -> None:
        """Add rows: times are milliseconds, JSON is text, in the order of COLUMNS."""
        quote = "`" if self.dialect == "mysql" else '"'
        names = ", ".join(f"{quote}{name}{quote}" for name in COLUMNS[table])
        mark = "?" if self.dialect == "sqlite" else "%s"
        marks = ", ".join(mark for _ in COLUMNS[table])
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        with self._connection() as cursor:
            if not foreign_keys:
                cursor.execute(WITHOUT_FOREIGN_KEYS[self.dialect])
            for row in rows:
                values = zip(COLUMNS[table], row, strict=True)
                cursor.execute(
                    statement,
                    [self._time(value) if name in _TIMES else value for name, value in values],
                )

    def set(self, table: str, row_id: str, column: str, value: Any) -> None:
        """Change one value of a row."""
        quote = "`" if self.dialect == "mysql" else '"'
        mark = "?" if self.dialect == "sqlite" else "%s"
        given = self._time(value) if column in _TIMES else value
        statement = f"UPDATE {table} SET {quote}{column}{quote} = {mark} WHERE id = {mark}"  # noqa: S608
        with self._connection() as cursor:
            cursor.execute(statement, [given, row_id])

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        connection = self.backend.open_connection(self.url)
        try:
            cursor = connection.cursor()
            if self.dialect == "mysql":
                cursor.execute("SET NAMES utf8mb4")
            elif self.dialect == "sqlite":
                cursor.execute("PRAGMA foreign_keys = ON")
            yield cursor
            connection.commit()
        finally:
            connection.close()

    def _time(self, value: Any) -> Any:
        """A time in one of the ways in which Prisma writes it."""
        if not isinstance(value, int) or value > 10**14:
            return value
        time = moment(value).replace(tzinfo=None)
        if self.dialect != "sqlite":
            return time
        self._writes += 1
        forms = [
            value,
            f"{time.isoformat(timespec='milliseconds')}Z",
            f"{time.isoformat(timespec='milliseconds')}+00:00",
            str(value),
        ]
        if value % 1000 == 0:
            forms.append(time.isoformat(" ", "seconds"))
        return forms[self._writes % len(forms)]
