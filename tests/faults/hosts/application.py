"""A WSGI application whose store is opened, and used, before its server forks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

import agentstore

store = agentstore.connect(os.environ["STORE_URL"], pool_size=4)
store.ping()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Save a message, in a block or alone, and read it back."""
    tag = environ["QUERY_STRING"]
    content = f"user|{tag}|0/1"
    answer: dict[str, Any] = {"process": os.getpid()}
    try:
        if tag.endswith("0"):
            with store.transaction():
                answer["id"] = store.save_user_message("shared", content)
        else:
            answer["id"] = store.save_user_message("shared", content)
        found = store.get_message(answer["id"])
        if found is None or found.content != content:
            answer |= {"error": "WrongAnswer", "detail": repr(found)}
    except Exception as error:
        answer |= {"error": type(error).__name__, "detail": str(error)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
