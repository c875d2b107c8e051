-- Index a session's metadata.
-- Storage.create_session, Storage.update_session_metadata.
-- Runs: once a session, and each change of metadata
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads one session, :session_id; writes one index entry for each of :entries
-- Returns: count
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT
    s.id,
    e.entry,
    s.created_at
FROM agentstore_sessions AS s
CROSS JOIN json_table(/* :entries */ '[]', '$[*]' COLUMNS (entry varchar(255) PATH '$')) AS e
WHERE
    s.id = /* :session_id */ 's1'
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
