COMMENT ON TABLE agentstore_erasure_receipts IS 'agentstore 0017';

COMMENT ON COLUMN agentstore_erasure_receipts.id IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.user_digest IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.tenant_id IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.started_at IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.finished_at IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.deleted_rows IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.held IS NULL;

COMMENT ON COLUMN agentstore_erasure_receipts.remains IS NULL;

COMMENT ON TABLE agentstore_hold_gates IS 'agentstore 0015';

COMMENT ON COLUMN agentstore_hold_gates.id IS NULL;

COMMENT ON COLUMN agentstore_hold_gates.placed IS NULL;

COMMENT ON TABLE agentstore_holds IS 'agentstore 0014';

COMMENT ON COLUMN agentstore_holds.id IS NULL;

COMMENT ON COLUMN agentstore_holds.reason IS NULL;

COMMENT ON COLUMN agentstore_holds.session_id IS NULL;

COMMENT ON COLUMN agentstore_holds.user_id IS NULL;

COMMENT ON COLUMN agentstore_holds.tenant_id IS NULL;

COMMENT ON COLUMN agentstore_holds.placed_at IS NULL;

COMMENT ON COLUMN agentstore_holds.released_at IS NULL;

COMMENT ON TABLE agentstore_adk_states IS 'agentstore 0011';

COMMENT ON COLUMN agentstore_adk_states.app_key IS NULL;

COMMENT ON COLUMN agentstore_adk_states.user_key IS NULL;

COMMENT ON COLUMN agentstore_adk_states.name_key IS NULL;

COMMENT ON COLUMN agentstore_adk_states.entry IS NULL;

COMMENT ON TABLE agentstore_adk_sessions IS 'agentstore 0010';

COMMENT ON COLUMN agentstore_adk_sessions.session_id IS NULL;

COMMENT ON COLUMN agentstore_adk_sessions.app_key IS NULL;

COMMENT ON COLUMN agentstore_adk_sessions.user_key IS NULL;

COMMENT ON COLUMN agentstore_adk_sessions.last_update_time IS NULL;

COMMENT ON COLUMN agentstore_adk_sessions.marker IS NULL;

COMMENT ON COLUMN agentstore_adk_sessions.session_state IS NULL;

COMMENT ON TABLE agentstore_checkpoint_metadata IS 'agentstore 0009';

COMMENT ON COLUMN agentstore_checkpoint_metadata.thread_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_metadata.namespace_key IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_metadata.checkpoint_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_metadata.entry IS NULL;

COMMENT ON TABLE agentstore_checkpoint_writes IS 'agentstore 0008';

COMMENT ON COLUMN agentstore_checkpoint_writes.thread_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.namespace_key IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.checkpoint_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.task_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.idx IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.channel_name IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.task_path IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.value_type IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_writes.value_bytes IS NULL;

COMMENT ON TABLE agentstore_checkpoint_blobs IS 'agentstore 0007';

COMMENT ON COLUMN agentstore_checkpoint_blobs.thread_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_blobs.namespace_key IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_blobs.channel_key IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_blobs.channel_version IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_blobs.value_type IS NULL;

COMMENT ON COLUMN agentstore_checkpoint_blobs.value_bytes IS NULL;

COMMENT ON TABLE agentstore_checkpoints IS 'agentstore 0006';

COMMENT ON COLUMN agentstore_checkpoints.thread_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.namespace_key IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.checkpoint_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.parent_id IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.namespace IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.channel_versions IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.checkpoint_type IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.checkpoint_bytes IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.metadata_type IS NULL;

COMMENT ON COLUMN agentstore_checkpoints.metadata_bytes IS NULL;

COMMENT ON TABLE agentstore_pending_confirmations IS 'agentstore 0005';

COMMENT ON COLUMN agentstore_pending_confirmations.session_id IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.id IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.tool_name IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.arguments IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.user_message IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.user_message_escaped IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.timestamp IS NULL;

COMMENT ON COLUMN agentstore_pending_confirmations.taken_by IS NULL;

COMMENT ON TABLE agentstore_tool_calls IS 'agentstore 0004';

COMMENT ON COLUMN agentstore_tool_calls.session_id IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.message_position IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.position IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.id IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.message_id IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.call_id IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.tool_name IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.arguments IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.result IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.success IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.timestamp IS NULL;

COMMENT ON COLUMN agentstore_tool_calls.completed_at IS NULL;

COMMENT ON TABLE agentstore_messages IS 'agentstore 0003';

COMMENT ON COLUMN agentstore_messages.session_id IS NULL;

COMMENT ON COLUMN agentstore_messages.position IS NULL;

COMMENT ON COLUMN agentstore_messages.id IS NULL;

COMMENT ON COLUMN agentstore_messages.role IS NULL;

COMMENT ON COLUMN agentstore_messages.content IS NULL;

COMMENT ON COLUMN agentstore_messages.content_escaped IS NULL;

COMMENT ON COLUMN agentstore_messages.parts IS NULL;

COMMENT ON COLUMN agentstore_messages.timestamp IS NULL;

COMMENT ON COLUMN agentstore_messages.response_type IS NULL;

COMMENT ON COLUMN agentstore_messages.response IS NULL;

COMMENT ON COLUMN agentstore_messages.metadata IS NULL;

COMMENT ON TABLE agentstore_session_metadata IS 'agentstore 0002';

COMMENT ON COLUMN agentstore_session_metadata.session_id IS NULL;

COMMENT ON COLUMN agentstore_session_metadata.entry IS NULL;

COMMENT ON COLUMN agentstore_session_metadata.created_at IS NULL;

COMMENT ON TABLE agentstore_sessions IS 'agentstore 0013';

COMMENT ON COLUMN agentstore_sessions.id IS NULL;

COMMENT ON COLUMN agentstore_sessions.created_at IS NULL;

COMMENT ON COLUMN agentstore_sessions.updated_at IS NULL;

COMMENT ON COLUMN agentstore_sessions.active IS NULL;

COMMENT ON COLUMN agentstore_sessions.next_position IS NULL;

COMMENT ON COLUMN agentstore_sessions.metadata IS NULL;

COMMENT ON COLUMN agentstore_sessions.tenant_id IS NULL;

COMMENT ON COLUMN agentstore_sessions.user_id IS NULL;

COMMENT ON COLUMN agentstore_sessions.title IS NULL;

COMMENT ON COLUMN agentstore_sessions.archived_at IS NULL;

COMMENT ON COLUMN agentstore_sessions.pinned_at IS NULL;

COMMENT ON COLUMN agentstore_sessions.last_message_at IS NULL;

COMMENT ON COLUMN agentstore_sessions.trashed_at IS NULL;

COMMENT ON COLUMN agentstore_sessions.creation_token IS NULL;

COMMENT ON COLUMN agentstore_sessions.holds IS NULL;
