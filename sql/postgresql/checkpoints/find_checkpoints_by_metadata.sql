-- A page of the keys of all threads' checkpoints with a certain value in their metadata, newest
-- first. AgentstoreSaver.list of no thread, AgentstoreSaver.delete_for_runs.
-- Runs: each page of such a list
-- Index: agentstore_sessions_trashed, agentstore_sessions_pkey, agentstore_checkpoint_metadata_entry,
--   agentstore_checkpoint_metadata_pkey
-- Rows: reads at most :limit index entries of :entry, as many more as more_entries, a scope or the trash
--   takes out, and the ids of all sessions in the trash
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: PostgreSQL takes such a filter for one that
--   hardly any row passes, and would else sort all for each page; and :entry is a range of one value, as a
--   plan that knows no value takes = for one that finds hardly a row, which 18 sorts too
SELECT
    m.thread_id,
    m.namespace_key,
    m.checkpoint_id
FROM agentstore_checkpoint_metadata AS m
-- @if more_entries
INNER JOIN LATERAL (
    SELECT pg_catalog.count(*) AS found
    FROM agentstore_checkpoint_metadata AS other
    WHERE
        other.thread_id OPERATOR (pg_catalog.=) m.thread_id
        AND other.namespace_key OPERATOR (pg_catalog.=) m.namespace_key
        AND other.checkpoint_id OPERATOR (pg_catalog.=) m.checkpoint_id
        AND other.entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
    HAVING pg_catalog.count(*) = pg_catalog.cardinality(/* :entries */ '{}'::text[])
    OFFSET 0
) AS other ON TRUE
-- @end
WHERE
    NOT m.entry OPERATOR (pg_catalog.<) /* :entry */ '["run_id","r1"]'
    AND NOT m.entry OPERATOR (pg_catalog.>) /* :entry */ '["run_id","r1"]'
    AND NOT m.thread_id OPERATOR (pg_catalog.=) ANY(
        SELECT anchor.id
        FROM agentstore_sessions AS anchor
        WHERE anchor.trashed_at IS NOT NULL
    )
-- @if scope
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) m.thread_id
            AND (anchor.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
        OFFSET 0
    )
-- @end
-- @if scope_user
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS anchor
        WHERE
            anchor.id OPERATOR (pg_catalog.=) m.thread_id
            AND (anchor.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
        OFFSET 0
    )
-- @end
-- @if before_id
    AND (m.entry, m.checkpoint_id)
    OPERATOR (pg_catalog.<) (/* :entry */ '["run_id","r1"]', /* :before_id */ '1f0')
-- @end
-- @if after_key
    AND (m.entry, m.checkpoint_id, m.thread_id, m.namespace_key)
    OPERATOR (pg_catalog.<) (
        /* :entry */ '["run_id","r1"]',
        /* :after_key_id */ '1f0',
        /* :after_key_thread_id */ 't1',
        /* :after_key_namespace_key */ ''
    )
-- @end
ORDER BY m.entry DESC, m.checkpoint_id DESC, m.thread_id DESC, m.namespace_key DESC
LIMIT /* :limit */ 50;
