"""The store's role for each word that a form has for it."""

from __future__ import annotations

from agentstore.records import JSONValue, Role

ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatbot": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "gemini": "assistant",
    "claude": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "tool_response": "tool",
    "function_response": "tool",
}
"""In lower case, as these words are compared."""


def known_role(word: JSONValue) -> Role | None:
    """The role that a word stands for; None where nobody knows it."""
    if not isinstance(word, str):
        return None
    return ROLES.get(word) or ROLES.get(word.lower())


def role_of(word: JSONValue) -> Role:
    """The role that a word stands for, the user's where nobody knows it."""
    return known_role(word) or "user"
