-- Index a checkpoint's metadata. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoint_metadata
-- Rows: writes one for each of :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    e.value
FROM json_table(
    /* :entries */ '[]', '$[*]' COLUMNS (value varchar(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$')
) AS e
CROSS JOIN agentstore_sessions AS anchor
WHERE
    anchor.id = /* :thread_id */ 't1'
    AND (anchor.trashed_at IS NULL) IS TRUE
-- @if scope
    AND (anchor.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (anchor.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
ON DUPLICATE KEY UPDATE entry = VALUES (entry);
