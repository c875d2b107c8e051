"""Chats by Open WebUI itself: its migrations make the tables, its models write the rows.

``python write_open_webui.py FOLDER URL`` has the package in FOLDER. Its settings (``env``)
and the modules of passwords and rights are stubs: they ask for a hundred packages and have no part
in a chat.
What it read back of each chat is printed, as its export has it.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from types import ModuleType

FOLDER, URL = Path(sys.argv[1]) / "open_webui", sys.argv[2]


def stub(name: str, **values: object) -> ModuleType:
    """A module that has some values and nothing else."""
    module = ModuleType(name)
    vars(module).update(values)
    sys.modules[name] = module
    return module


stub("open_webui", __path__=[str(FOLDER)])
stub("open_webui.utils", __path__=[str(FOLDER / "utils")])
stub("open_webui.utils.auth", verify_password=None)
stub("open_webui.utils.access_control", has_access=None, get_permissions=None)
stub(
    "open_webui.env",
    OPEN_WEBUI_DIR=FOLDER,
    DATABASE_URL=URL,
    DATABASE_SCHEMA=None,
    DATABASE_POOL_SIZE=0,
    DATABASE_POOL_MAX_OVERFLOW=0,
    DATABASE_POOL_RECYCLE=3600,
    DATABASE_POOL_TIMEOUT=30,
    SRC_LOG_LEVELS=dict.fromkeys(("DB", "MAIN", "MODELS"), logging.WARNING),
)

from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402
from open_webui.internal.db import engine  # noqa: E402 - it runs the older migrations
from open_webui.models.chats import ChatForm, ChatImportForm, Chats  # noqa: E402


def migrate() -> None:
    """As its ``config`` does when it starts."""
    config = Config(FOLDER / "alembic.ini")
    config.set_main_option("script_location", str(FOLDER / "migrations"))
    command.upgrade(config, "head")


def write(chat: dict[str, object]) -> list[str]:
    """A chat that went on, was pinned, tagged and shared; an archived one; an imported one."""
    went_on = Chats.insert_new_chat("u1", ChatForm(chat=chat)).id
    said = {"parentId": "m3", "childrenIds": [], "role": "user", "content": "And now?"}
    question = {**said, "id": "m4", "timestamp": 1767323090}
    Chats.upsert_message_to_chat_by_id_and_message_id(went_on, "m4", question)
    Chats.add_message_status_to_chat_by_id_and_message_id(went_on, "m4", {"done": True})
    Chats.update_chat_title_by_id(went_on, "Wind é 👩‍👧")
    Chats.toggle_chat_pinned_by_id(went_on)
    Chats.add_chat_tag_by_id_and_user_id_and_tag_name(went_on, "u1", "Weather")
    Chats.insert_shared_chat_by_chat_id(went_on)
    archived = Chats.insert_new_chat("u2", ChatForm(chat=chat)).id
    Chats.toggle_chat_archive_by_id(archived)
    form = ChatImportForm(chat=chat, meta={"tags": ["old"]}, pinned=True, folder_id="f1")
    imported = Chats.import_chat("u1", form).id
    return [went_on, archived, imported]


migrate()
ids = write(json.load(sys.stdin))
print(json.dumps([Chats.get_chat_by_id(id_).model_dump() for id_ in ids]))
engine.dispose()
