"""Strands Agents: a session repository that is kept in a store.

    manager = RepositorySessionManager("chat-17", AgentstoreSessionRepository(store))
    agent = Agent(session_manager=manager)

What is kept where, of a session of Strands that is a session of the store:

- the session itself, under ``strands`` in the session's metadata;
- an agent, under ``strands:agent:ID`` there, and the state of a graph or swarm under
  ``strands:multi_agent:ID``: keys of their own, so that two writers never lose each other's;
- a message of an agent, as a message of the store. A message with tool results is one message
  of role tool for each result, then one of the user for the rest. The messages of all agents
  of the session follow each other as they were made; ``strands`` in their metadata says whose
  and which they are, and holds what else they have (reasoning, images, documents, …).

A store does not change messages. `update_message`, which Strands uses to redact, deletes the
message and all behind it and saves them again, in one transaction: they keep their ids, times
and order and get new positions. What others read is the redacted form, as the message and as
the results of tools; the original stays beside it, as Strands' own repositories keep it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agentstore.errors import MessageExistsError, SessionExistsError
from agentstore.integrations.shared.drafts import Draft, pair_answers, save_drafts
from agentstore.integrations.shared.rewriting import (
    as_new,
    lock_session,
    replace_tail,
    with_result,
)
from agentstore.integrations.strands.messages import (
    KEY,
    Chunk,
    own_chunks,
    read_session_message,
    store_id,
    write_conversation,
    write_session_message,
)
from agentstore.records import JSONValue, Message, NewMessage, ToolCall
from agentstore.storage import Storage
from agentstore.transfer.answer_links import short_id

try:
    from strands.session.session_repository import SessionRepository
    from strands.types.exceptions import SessionException
    from strands.types.session import (
        Session,
        SessionAgent,
        SessionMessage,
        SessionType,
        decode_bytes_values,
    )
except ImportError as error:
    raise ImportError(
        "agentstore.integrations.strands needs Strands Agents: pip install 'agentstore[strands]'"
    ) from error

if TYPE_CHECKING:
    from strands.multiagent import MultiAgentBase
    from strands.types.content import Messages

_Dict: TypeAlias = dict[str, JSONValue]


class AgentstoreSessionRepository(SessionRepository):
    """A `SessionRepository` over a store; one serves any number of sessions and threads.

    Args:
        store: where all is kept; it stays the caller's to close.

    Raises:
        SessionException: from methods that write, where the session, agent or message is not
            there, or is there already.
        InvalidInputError: from every method, where a session id is none for the store.
        StorageError: from every method, where the database fails.
    """

    def __init__(self, store: Storage) -> None:
        self.store = store

    def create_session(self, session: Session, **kwargs: Any) -> Session:
        """Create a session."""
        try:
            self.store.create_session(
                id=session.session_id, metadata={KEY: _session_fields(session)}
            )
        except SessionExistsError as exc:
            raise SessionException(f"Session {session.session_id} already exists") from exc
        return session

    def read_session(self, session_id: str, **kwargs: Any) -> Session | None:
        """Read a session, one that Strands has not made too; None where there is none."""
        stored = self.store.get_session(session_id)
        if stored is None:
            return None
        plain = {
            "session_type": SessionType.AGENT.value,
            "created_at": stored.created_at.isoformat(),
            "updated_at": stored.updated_at.isoformat(),
        }
        try:
            return _session(session_id, stored.metadata.get(KEY) or plain)
        except (AttributeError, KeyError, TypeError, ValueError):
            return _session(session_id, plain)  # what stands there is none of Strands'

    def delete_session(self, session_id: str, **kwargs: Any) -> None:
        """Delete a session with its agents and messages."""
        if not self.store.delete_session(session_id):
            raise _missing_session(session_id)

    def create_agent(self, session_id: str, session_agent: SessionAgent, **kwargs: Any) -> None:
        """Save an agent's state in a session."""
        self._write(session_id, _agent_key(session_agent.agent_id), session_agent.to_dict())

    def read_agent(self, session_id: str, agent_id: str, **kwargs: Any) -> SessionAgent | None:
        """Read an agent's state; None where there is no such session or agent."""
        agent = self._read(session_id, _agent_key(agent_id))
        return None if agent is None else SessionAgent.from_dict(agent)

    def update_agent(self, session_id: str, session_agent: SessionAgent, **kwargs: Any) -> None:
        """Replace an agent's state; the time of its creation stays."""
        previous = self._read_known_agent(session_id, session_agent.agent_id)
        session_agent.created_at = previous["created_at"]
        self._write(session_id, _agent_key(session_agent.agent_id), session_agent.to_dict())

    def create_message(
        self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any
    ) -> None:
        """Save a message of an agent; the same one again changes nothing."""
        self._read_known_agent(session_id, agent_id)
        drafts = read_session_message(session_id, agent_id, session_message.to_dict())
        try:
            save_drafts(self.store, session_id, KEY, drafts)
        except MessageExistsError as exc:
            raise SessionException(
                f"Message {session_message.message_id} already exists in agent {agent_id}"
            ) from exc

    def read_message(
        self, session_id: str, agent_id: str, message_id: int, **kwargs: Any
    ) -> SessionMessage | None:
        """Read a message; None where there is none."""
        # The first that is not there ends it, whatever number a note has.
        kept = itertools.takewhile(
            lambda message: message is not None,
            (
                self.store.get_message(store_id(session_id, agent_id, message_id, number))
                for number in itertools.count()
            ),
        )
        chunks = list(own_chunks(cast("Iterator[Message]", kept)).values())
        return SessionMessage.from_dict(write_session_message(chunks)) if chunks else None

    def update_message(
        self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any
    ) -> None:
        """Replace a message, for the most part to redact it; the time of its creation stays."""
        self.store.run_in_transaction(
            lambda: self._update_message(session_id, agent_id, session_message)
        )

    def list_messages(
        self,
        session_id: str,
        agent_id: str,
        limit: int | None = None,
        offset: int = 0,
        **kwargs: Any,
    ) -> list[SessionMessage]:
        """An agent's messages by their message_id.

        Args:
            session_id, agent_id: whose.
            limit: how many at most.
            offset: how many to pass over first.
        """
        self._read_known_agent(session_id, agent_id)
        chunks: dict[int, list[Chunk]] = {}
        for chunk in own_chunks(self.store.get_history(session_id)).values():
            if chunk.agent_id == agent_id:
                chunks.setdefault(chunk.message_id, []).append(chunk)
        stop = None if limit is None else offset + limit
        return [
            SessionMessage.from_dict(write_session_message(chunks[number]))
            for number in sorted(chunks)[offset:stop]
        ]

    def create_multi_agent(
        self, session_id: str, multi_agent: MultiAgentBase, **kwargs: Any
    ) -> None:
        """Save the state of a graph or swarm in a session."""
        self._write(session_id, _multi_agent_key(multi_agent.id), multi_agent.serialize_state())

    def read_multi_agent(
        self, session_id: str, multi_agent_id: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Read the state of a graph or swarm; None where there is none."""
        return self._read(session_id, _multi_agent_key(multi_agent_id))

    def update_multi_agent(
        self, session_id: str, multi_agent: MultiAgentBase, **kwargs: Any
    ) -> None:
        """Replace the state of a graph or swarm."""
        key = _multi_agent_key(multi_agent.id)
        if self._read(session_id, key) is None:
            raise SessionException(
                f"MultiAgent state {multi_agent.id} in session {session_id} does not exist"
            )
        self._write(session_id, key, multi_agent.serialize_state())

    def _read(self, session_id: str, key: str) -> _Dict | None:
        session = self.store.get_session(session_id)
        return None if session is None else session.metadata.get(key)

    def _write(self, session_id: str, key: str, value: _Dict) -> None:
        if not self.store.update_session_metadata(session_id, {key: value}):
            raise _missing_session(session_id)

    def _read_known_agent(self, session_id: str, agent_id: str) -> _Dict:
        agent = self._read(session_id, _agent_key(agent_id))
        if agent is None:
            raise SessionException(f"Agent {agent_id} in session {session_id} does not exist")
        return agent

    def _update_message(
        self, session_id: str, agent_id: str, session_message: SessionMessage
    ) -> None:
        if not lock_session(self.store, session_id):
            raise _missing_session(session_id)
        history = self.store.get_history(session_id)
        place = (agent_id, session_message.message_id)
        own = own_chunks(history)
        places = {store_id: chunk.place for store_id, chunk in own.items()}
        old = [message for message in history if places.get(message.id) == place]
        if not old:
            raise SessionException(f"Message {session_message.message_id} does not exist")
        session_message.created_at = own[old[0].id].note["fields"]["created_at"]
        new = read_session_message(session_id, agent_id, session_message.to_dict())
        pairs = pair_answers(history)
        answered = {pairs[message.id].id for message in old if message.id in pairs}
        results = {short_id(draft.answers): draft for draft in new if draft.answers is not None}
        tail: list[Message] = []
        replacement: list[NewMessage] = []
        for message in history:
            is_old = places.get(message.id) == place
            if is_old or any(call.id in answered for call in message.tool_calls):
                tail = tail or history[history.index(message) :]
            if not tail:
                continue
            if not is_old:
                calls = [
                    _with_new_result(call, results) if call.id in answered else call
                    for call in message.tool_calls
                ]
                replacement.append(as_new(message, calls))
            elif message is old[0]:
                replacement += [
                    replace(draft.new_message(KEY), timestamp=message.timestamp) for draft in new
                ]
        replace_tail(self.store, session_id, tail, replacement)


def load_messages(store: Storage, session_id: str) -> Messages:
    """A session as messages for ``Agent(messages=…)``, whoever has saved it, oldest first.

    Args:
        store: where from.
        session_id: the session; an unknown one has no messages.

    Raises:
        StorageError: as ``Storage.get_history``.
    """
    forms = write_conversation(store.get_history(session_id))
    return cast("Messages", [decode_bytes_values(form) for form in forms])


def _session(session_id: str, fields: _Dict) -> Session:
    session_type = SessionType(fields["session_type"])
    return Session.from_dict({**fields, "session_id": session_id, "session_type": session_type})


def _session_fields(session: Session) -> _Dict:
    fields = session.to_dict()
    del fields["session_id"]
    return {**fields, "session_type": SessionType(session.session_type).value}


def _missing_session(session_id: str) -> SessionException:
    return SessionException(f"Session {session_id} does not exist")


def _agent_key(agent_id: str) -> str:
    return f"{KEY}:agent:{agent_id}"


def _multi_agent_key(multi_agent_id: str) -> str:
    return f"{KEY}:multi_agent:{multi_agent_id}"


def _with_new_result(call: ToolCall, results: dict[str, Draft]) -> ToolCall:
    draft = results.get(call.call_id or "")
    return with_result(call, draft is not None, None if draft is None else draft.result)
