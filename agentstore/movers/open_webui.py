"""Open WebUI's database: chats, each with its tree of messages as JSON.

Newer versions have the messages as rows too (chat_message), written together with the JSON.
"""

from __future__ import annotations

from collections.abc import Callable

from agentstore.errors import ConfigurationError
from agentstore.movers.moving import Mover, Target
from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.foreign import Problem, Program, reason_of
from agentstore.transfer.forms import open_webui
from agentstore.transfer.json_text import parse

CHATS_A_PAGE = 50
_BEFORE = ("id", "user_id", "title", "chat", "created_at", "updated_at", "share_id")
_NEWER = ("pinned", "folder_id", "meta")
_SNAPSHOT = "shared-"
"""What the user of a chat begins with that older versions kept as the copy behind a link."""


class ChatsMover(Mover):
    """Moves chats with their ids, titles, times and whether they are archived."""

    kind = "open-webui"
    program = Program("Open WebUI", "movers", "open_webui", ("postgresql", "sqlite"))

    def count(self) -> int:
        """How many chats there are."""
        return int(self._database.read("count_chats")[0][0])

    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        blocks = self._blocks()
        names = (*_BEFORE, *(_NEWER if blocks else ()), "archived")
        done = 0
        for rows in self._database.pages(
            "read_chats", CHATS_A_PAGE, blocks=blocks, after_key_id=None
        ):
            for row in rows:
                self._move_chat(target, dict(zip(names, row, strict=True)))
                done += 1
                progress(done)

    def _blocks(self) -> frozenset[str]:
        """Which columns there are."""
        newer = frozenset({"newer"})
        try:
            self._database.read("read_chats", {"limit": 1}, newer)
        except ConfigurationError:
            return frozenset()
        return newer

    def _move_chat(self, target: Target, chat: dict[str, JSONValue]) -> None:
        if str(chat["user_id"]).startswith(_SNAPSHOT):
            return
        try:
            conversation = _read(chat)
        except ValueError as exc:
            reason = reason_of(exc)
            target.refuse(Problem("session", str(chat["id"]), None, reason))
            return
        target.store_page(lambda page: page.save_conversation(conversation))


def _read(chat: dict[str, JSONValue]) -> Conversation:
    """A row as the export of Open WebUI has it.

    Raises:
        ValueError: its JSON is none, or no chat.
    """
    for key in ("chat", "meta"):
        text = chat.get(key)
        chat[key] = parse(text) if isinstance(text, str) else None
    chat["archived"] = bool(chat["archived"])
    chat["pinned"] = bool(chat.get("pinned")) or None
    [conversation] = open_webui.read(chat)
    return conversation


MOVERS: dict[str, type[Mover]] = {ChatsMover.kind: ChatsMover}
