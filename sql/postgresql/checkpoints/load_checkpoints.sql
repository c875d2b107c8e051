-- A thread's newest checkpoints with all that belongs to them, in one snapshot: a row (part 0) for
-- each, one (part 1) for each value of a channel, one (part 2) for each write after them.
-- AgentstoreSaver.get_tuple, AgentstoreSaver.list of a thread.
-- Runs: often
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoints_thread,
--   agentstore_checkpoints_checkpoint_id,
-- agentstore_checkpoint_blobs_pkey, agentstore_checkpoint_writes_pkey, agentstore_checkpoint_metadata_pkey,
-- agentstore_checkpoint_metadata_entry
-- Rows: reads at most :limit checkpoints of :thread_id, their channels' values and the writes after
--   them; with entries, as many more checkpoints as do not match
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else read
--   all that the thread has, and join it by hash
WITH page AS (
    SELECT
        c.namespace_key,
        c.checkpoint_id,
        c.parent_id,
        c.namespace,
        c.channel_versions,
        c.checkpoint_type,
        c.checkpoint_bytes,
        c.metadata_type,
        c.metadata_bytes
    FROM agentstore_checkpoints AS c
-- @if entries
    INNER JOIN LATERAL (
        SELECT pg_catalog.count(*) AS found
        FROM agentstore_checkpoint_metadata AS m
        WHERE
            m.thread_id OPERATOR (pg_catalog.=) c.thread_id
            AND m.namespace_key OPERATOR (pg_catalog.=) c.namespace_key
            AND m.checkpoint_id OPERATOR (pg_catalog.=) c.checkpoint_id
            AND m.entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
        HAVING pg_catalog.count(*) = pg_catalog.cardinality(/* :entries */ '{}'::text[])
        OFFSET 0
    ) AS m ON TRUE
-- @end
    WHERE
        c.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
        AND NOT EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE
                anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
                AND anchor.trashed_at IS NOT NULL
        )
-- @if scope
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE
                anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
                AND (anchor.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
        )
-- @end
-- @if scope_user
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE
                anchor.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
                AND (anchor.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
        )
-- @end
-- @if namespace_key
        AND c.namespace_key OPERATOR (pg_catalog.=) /* :namespace_key */ ''
-- @end
-- @if checkpoint_id
        AND c.checkpoint_id OPERATOR (pg_catalog.=) /* :checkpoint_id */ '1f0'
-- @end
-- @if before_id
        AND c.checkpoint_id OPERATOR (pg_catalog.<) /* :before_id */ '1f0'
-- @end
-- @if after_key
        AND (c.checkpoint_id, c.namespace_key)
        OPERATOR (pg_catalog.<) (/* :after_key_id */ '1f0', /* :after_key_namespace_key */ '')
-- @end
    -- noqa: disable=LT04
    ORDER BY
        c.checkpoint_id DESC
-- @if every_namespace
        , c.namespace_key DESC
-- @end
    LIMIT /* :limit */ 50
)

SELECT
    0 AS part,
    page.namespace_key,
    page.checkpoint_id,
    page.parent_id AS item,
    page.namespace AS item_detail,
    NULL AS task_id,
    0 AS idx,
    page.checkpoint_type AS payload_type,
    page.checkpoint_bytes AS payload,
    page.metadata_type,
    page.metadata_bytes
FROM page
UNION ALL
SELECT
    1 AS part,
    b.namespace_key,
    NULL AS checkpoint_id,
    b.channel_key AS item,
    b.channel_version AS item_detail,
    NULL AS task_id,
    0 AS idx,
    b.value_type AS payload_type,
    b.value_bytes AS payload,
    NULL AS metadata_type,
    NULL::bytea AS metadata_bytes
FROM (
    SELECT DISTINCT
        page.namespace_key,
        v.pair ->> 0 AS channel_key,
        v.pair ->> 1 AS channel_version
    FROM page
    CROSS JOIN pg_catalog.json_array_elements(page.channel_versions) AS v (pair)
) AS used
INNER JOIN LATERAL (
    SELECT
        s.namespace_key,
        s.channel_key,
        s.channel_version,
        s.value_type,
        s.value_bytes
    FROM agentstore_checkpoint_blobs AS s
    WHERE
        s.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
        AND s.namespace_key OPERATOR (pg_catalog.=) used.namespace_key
        AND s.channel_key OPERATOR (pg_catalog.=) used.channel_key
        AND s.channel_version OPERATOR (pg_catalog.=) used.channel_version
    OFFSET 0
) AS b ON TRUE
UNION ALL
SELECT
    2 AS part,
    w.namespace_key,
    w.checkpoint_id,
    w.channel_name AS item,
    w.task_path AS item_detail,
    w.task_id,
    w.idx,
    w.value_type AS payload_type,
    w.value_bytes AS payload,
    NULL AS metadata_type,
    NULL::bytea AS metadata_bytes
FROM page
INNER JOIN LATERAL (
    SELECT
        s.namespace_key,
        s.checkpoint_id,
        s.channel_name,
        s.task_path,
        s.task_id,
        s.idx,
        s.value_type,
        s.value_bytes
    FROM agentstore_checkpoint_writes AS s
    WHERE
        s.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
        AND s.namespace_key OPERATOR (pg_catalog.=) page.namespace_key
        AND s.checkpoint_id OPERATOR (pg_catalog.=) page.checkpoint_id
    OFFSET 0
) AS w ON TRUE;
