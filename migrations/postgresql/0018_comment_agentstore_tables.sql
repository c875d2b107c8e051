-- depends: 0002_create_agentstore_session_metadata
-- depends: 0003_create_agentstore_messages
-- depends: 0004_create_agentstore_tool_calls
-- depends: 0005_create_agentstore_pending_confirmations
-- depends: 0006_create_agentstore_checkpoints
-- depends: 0007_create_agentstore_checkpoint_blobs
-- depends: 0008_create_agentstore_checkpoint_writes
-- depends: 0009_create_agentstore_checkpoint_metadata
-- depends: 0010_create_agentstore_adk_sessions
-- depends: 0011_create_agentstore_adk_states
-- depends: 0013_index_agentstore_sessions
-- depends: 0014_create_agentstore_holds
-- depends: 0015_create_agentstore_hold_gates
-- depends: 0017_create_agentstore_erasure_receipts
-- What each table and each column is for, in the database's own catalogue.
-- A table's number is that of the migration that last changed its form.
COMMENT ON TABLE agentstore_sessions
IS 'agentstore 0013: A conversation';

COMMENT ON COLUMN agentstore_sessions.id
IS 'The session''s id';

COMMENT ON COLUMN agentstore_sessions.created_at
IS 'When it was created, UTC';

COMMENT ON COLUMN agentstore_sessions.updated_at
IS 'When it was last written to, UTC';

COMMENT ON COLUMN agentstore_sessions.active
IS 'False once it is closed';

COMMENT ON COLUMN agentstore_sessions.next_position
IS 'The position of its next message, counted up under the row''s lock by every save';

COMMENT ON COLUMN agentstore_sessions.metadata
IS 'A JSON object, whatever the application keeps of it';

COMMENT ON COLUMN agentstore_sessions.tenant_id
IS 'The tenant that it belongs to; empty: to none';

COMMENT ON COLUMN agentstore_sessions.user_id
IS 'The user that it belongs to; empty: to none';

COMMENT ON COLUMN agentstore_sessions.title
IS 'What it is called in lists; NULL: it has no title';

COMMENT ON COLUMN agentstore_sessions.archived_at
IS 'Since when it is archived, UTC; NULL: it is not';

COMMENT ON COLUMN agentstore_sessions.pinned_at
IS 'Since when it is pinned, UTC; NULL: it is not';

COMMENT ON COLUMN agentstore_sessions.last_message_at
IS 'The latest timestamp of its messages, UTC; NULL (older code''s) is read as updated_at';

COMMENT ON COLUMN agentstore_sessions.trashed_at
IS 'Since when it is in the trash, UTC; NULL: it is not';

COMMENT ON COLUMN agentstore_sessions.creation_token
IS 'The token of the call that created it, by which a retry knows its own';

COMMENT ON COLUMN agentstore_sessions.holds
IS 'How many holds in force name it: above 0 nothing of it is deleted';

COMMENT ON TABLE agentstore_session_metadata
IS 'agentstore 0002: Scalars of a session''s metadata, one row each, for filters';

COMMENT ON COLUMN agentstore_session_metadata.session_id
IS 'The session';

COMMENT ON COLUMN agentstore_session_metadata.entry
IS 'The JSON list [key, value] in ASCII, or sha256:... of it where that is long';

COMMENT ON COLUMN agentstore_session_metadata.created_at
IS 'When the session was created, UTC';

COMMENT ON TABLE agentstore_messages
IS 'agentstore 0003: The messages of a session, in their order';

COMMENT ON COLUMN agentstore_messages.session_id
IS 'The session';

COMMENT ON COLUMN agentstore_messages.position
IS 'Its place in the session, from 0';

COMMENT ON COLUMN agentstore_messages.id
IS 'The message''s id';

COMMENT ON COLUMN agentstore_messages.role
IS 'Whose it is: user, assistant, system or tool';

COMMENT ON COLUMN agentstore_messages.content
IS 'Its text';

COMMENT ON COLUMN agentstore_messages.content_escaped
IS 'Whether content has Python''s escapes, as it holds a NUL or a lone surrogate';

COMMENT ON COLUMN agentstore_messages.parts
IS 'A JSON list of its parts, where it is not a text alone';

COMMENT ON COLUMN agentstore_messages.timestamp
IS 'When it was said, UTC';

COMMENT ON COLUMN agentstore_messages.response_type
IS 'The type of the response it was saved from; NULL: it was saved from none';

COMMENT ON COLUMN agentstore_messages.response
IS 'A JSON object, the rest of the response it was saved from; NULL: it was from none';

COMMENT ON COLUMN agentstore_messages.metadata
IS 'A JSON object, whatever the application keeps of it';

COMMENT ON TABLE agentstore_tool_calls
IS 'agentstore 0004: The tool calls of a message, in order';

COMMENT ON COLUMN agentstore_tool_calls.session_id
IS 'The session';

COMMENT ON COLUMN agentstore_tool_calls.message_position
IS 'The place of its message in the session';

COMMENT ON COLUMN agentstore_tool_calls.position
IS 'Its place in the message, from 0';

COMMENT ON COLUMN agentstore_tool_calls.id
IS 'The tool call''s id';

COMMENT ON COLUMN agentstore_tool_calls.message_id
IS 'The id of its message';

COMMENT ON COLUMN agentstore_tool_calls.call_id
IS 'The model''s own id of it; NULL: it gave none';

COMMENT ON COLUMN agentstore_tool_calls.tool_name
IS 'The tool that is called';

COMMENT ON COLUMN agentstore_tool_calls.arguments
IS 'A JSON object, what it is called with';

COMMENT ON COLUMN agentstore_tool_calls.result
IS 'What came of it, in JSON; NULL: there is no result';

COMMENT ON COLUMN agentstore_tool_calls.success
IS 'Whether it went well; NULL: nobody has said';

COMMENT ON COLUMN agentstore_tool_calls.timestamp
IS 'When it was called, UTC';

COMMENT ON COLUMN agentstore_tool_calls.completed_at
IS 'When it was completed, UTC; NULL: it is pending';

COMMENT ON TABLE agentstore_pending_confirmations
IS 'agentstore 0005: What waits for a user''s yes or no, at most one a session';

COMMENT ON COLUMN agentstore_pending_confirmations.session_id
IS 'The session';

COMMENT ON COLUMN agentstore_pending_confirmations.id
IS 'The confirmation''s id';

COMMENT ON COLUMN agentstore_pending_confirmations.tool_name
IS 'The tool to be called';

COMMENT ON COLUMN agentstore_pending_confirmations.arguments
IS 'A JSON object, what it would be called with';

COMMENT ON COLUMN agentstore_pending_confirmations.user_message
IS 'What the user had said';

COMMENT ON COLUMN agentstore_pending_confirmations.user_message_escaped
IS 'Whether user_message has Python''s escapes, as it holds a NUL or a lone surrogate';

COMMENT ON COLUMN agentstore_pending_confirmations.timestamp
IS 'When it was asked for, UTC';

COMMENT ON COLUMN agentstore_pending_confirmations.taken_by
IS 'The token of the call that took it: the row is as good as gone; NULL: it waits';

COMMENT ON TABLE agentstore_checkpoints
IS 'agentstore 0006: A checkpoint of a LangGraph thread';

COMMENT ON COLUMN agentstore_checkpoints.thread_id
IS 'The thread, which is a session''s id';

COMMENT ON COLUMN agentstore_checkpoints.namespace_key
IS 'The namespace, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_checkpoints.checkpoint_id
IS 'The checkpoint''s id; within a namespace ids sort by age';

COMMENT ON COLUMN agentstore_checkpoints.parent_id
IS 'The id of the checkpoint before it; NULL: it is the first';

COMMENT ON COLUMN agentstore_checkpoints.namespace
IS 'The namespace as it is';

COMMENT ON COLUMN agentstore_checkpoints.channel_versions
IS 'A JSON list of [key, version]: its values in agentstore_checkpoint_blobs';

COMMENT ON COLUMN agentstore_checkpoints.checkpoint_type
IS 'The serializer''s name for the form of checkpoint_bytes';

COMMENT ON COLUMN agentstore_checkpoints.checkpoint_bytes
IS 'The checkpoint without its values, bytes of the serializer';

COMMENT ON COLUMN agentstore_checkpoints.metadata_type
IS 'The serializer''s name for the form of metadata_bytes';

COMMENT ON COLUMN agentstore_checkpoints.metadata_bytes
IS 'Its metadata, bytes of the serializer';

COMMENT ON TABLE agentstore_checkpoint_blobs
IS 'agentstore 0007: Values of a LangGraph thread''s channels, each version once';

COMMENT ON COLUMN agentstore_checkpoint_blobs.thread_id
IS 'The thread, which is a session''s id';

COMMENT ON COLUMN agentstore_checkpoint_blobs.namespace_key
IS 'The namespace, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_checkpoint_blobs.channel_key
IS 'The channel, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_checkpoint_blobs.channel_version
IS 'The version of the channel''s value';

COMMENT ON COLUMN agentstore_checkpoint_blobs.value_type
IS 'The serializer''s name for the form of value_bytes';

COMMENT ON COLUMN agentstore_checkpoint_blobs.value_bytes
IS 'The value, bytes of the serializer';

COMMENT ON TABLE agentstore_checkpoint_writes
IS 'agentstore 0008: What the tasks after a LangGraph checkpoint have written so far';

COMMENT ON COLUMN agentstore_checkpoint_writes.thread_id
IS 'The thread, which is a session''s id';

COMMENT ON COLUMN agentstore_checkpoint_writes.namespace_key
IS 'The namespace, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_checkpoint_writes.checkpoint_id
IS 'The checkpoint that the task comes after';

COMMENT ON COLUMN agentstore_checkpoint_writes.task_id
IS 'The task that wrote';

COMMENT ON COLUMN agentstore_checkpoint_writes.idx
IS 'The write''s place in the task; below 0: a special channel''s, whose last write counts';

COMMENT ON COLUMN agentstore_checkpoint_writes.channel_name
IS 'The channel that was written to';

COMMENT ON COLUMN agentstore_checkpoint_writes.task_path
IS 'Where in the graph the task is';

COMMENT ON COLUMN agentstore_checkpoint_writes.value_type
IS 'The serializer''s name for the form of value_bytes';

COMMENT ON COLUMN agentstore_checkpoint_writes.value_bytes
IS 'What was written, bytes of the serializer';

COMMENT ON TABLE agentstore_checkpoint_metadata
IS 'agentstore 0009: Scalars of a LangGraph checkpoint''s metadata, one row each, for filters';

COMMENT ON COLUMN agentstore_checkpoint_metadata.thread_id
IS 'The thread, which is a session''s id';

COMMENT ON COLUMN agentstore_checkpoint_metadata.namespace_key
IS 'The namespace, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_checkpoint_metadata.checkpoint_id
IS 'The checkpoint';

COMMENT ON COLUMN agentstore_checkpoint_metadata.entry
IS 'The JSON list [key, value] in ASCII, or sha256:... of it where that is long';

COMMENT ON TABLE agentstore_adk_sessions
IS 'agentstore 0010: What Google ADK keeps of a session beside its events';

COMMENT ON COLUMN agentstore_adk_sessions.session_id
IS 'The session';

COMMENT ON COLUMN agentstore_adk_sessions.app_key
IS 'The app''s name, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_adk_sessions.user_key
IS 'The user''s id, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_adk_sessions.last_update_time
IS 'When ADK last wrote to it, in seconds since 1970';

COMMENT ON COLUMN agentstore_adk_sessions.marker
IS 'The token of the call that wrote last, by which a stale writer is known';

COMMENT ON COLUMN agentstore_adk_sessions.session_state
IS 'A JSON object, the session''s own state';

COMMENT ON TABLE agentstore_adk_states
IS 'agentstore 0011: What sessions of Google ADK share: the state of apps and users, a row a key';

COMMENT ON COLUMN agentstore_adk_states.app_key
IS 'The app''s name, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_adk_states.user_key
IS 'Empty: the app''s own; else =, then the user''s id or sha256:... of it';

COMMENT ON COLUMN agentstore_adk_states.name_key
IS 'The key''s name, or sha256:... of one that is no id';

COMMENT ON COLUMN agentstore_adk_states.entry
IS 'The JSON list [name, value]';

COMMENT ON TABLE agentstore_holds
IS 'agentstore 0014: What nobody may delete: a session, or all of a user or a tenant';

COMMENT ON COLUMN agentstore_holds.id
IS 'The hold''s id';

COMMENT ON COLUMN agentstore_holds.reason
IS 'Why it was placed';

COMMENT ON COLUMN agentstore_holds.session_id
IS 'The session that it is on; NULL does not narrow';

COMMENT ON COLUMN agentstore_holds.user_id
IS 'The user that it is on; NULL does not narrow';

COMMENT ON COLUMN agentstore_holds.tenant_id
IS 'The tenant that it is on; NULL does not narrow';

COMMENT ON COLUMN agentstore_holds.placed_at
IS 'When it was placed, UTC';

COMMENT ON COLUMN agentstore_holds.released_at
IS 'When it was released, UTC; NULL: it is in force';

COMMENT ON TABLE agentstore_hold_gates
IS 'agentstore 0015: Where holds and deletions meet: its one row is locked by both';

COMMENT ON COLUMN agentstore_hold_gates.id
IS '0, the one gate';

COMMENT ON COLUMN agentstore_hold_gates.placed
IS 'Counted up by whoever places a hold on a user or a tenant';

COMMENT ON TABLE agentstore_erasure_receipts
IS 'agentstore 0018: What an erasure of a user has deleted';

COMMENT ON COLUMN agentstore_erasure_receipts.id
IS 'The receipt''s id';

COMMENT ON COLUMN agentstore_erasure_receipts.user_digest
IS 'Names the user by HMAC-SHA256 (or SHA-256) of the id';

COMMENT ON COLUMN agentstore_erasure_receipts.tenant_id
IS 'The tenant whose user it was; NULL: no tenant was named';

COMMENT ON COLUMN agentstore_erasure_receipts.started_at
IS 'When it began, UTC';

COMMENT ON COLUMN agentstore_erasure_receipts.finished_at
IS 'When it was finished, UTC; NULL: it was cut short, and goes on when asked again';

COMMENT ON COLUMN agentstore_erasure_receipts.deleted_rows
IS 'A JSON object, how many rows were deleted by table';

COMMENT ON COLUMN agentstore_erasure_receipts.held
IS 'How many sessions a hold kept';

COMMENT ON COLUMN agentstore_erasure_receipts.remains
IS 'A JSON list of where copies may be, and until when';
