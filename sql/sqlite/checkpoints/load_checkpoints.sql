-- A thread's newest checkpoints with all that belongs to them, in one snapshot: a row (part 0) for
-- each, one (part 1) for each value of a channel, one (part 2) for each write after them.
-- AgentstoreSaver.get_tuple, AgentstoreSaver.list of a thread.
-- Runs: often
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoints_thread,
--   agentstore_checkpoints_checkpoint_id,
-- agentstore_checkpoint_blobs_pkey, agentstore_checkpoint_writes_pkey,
--   agentstore_checkpoint_metadata_pkey,
-- agentstore_checkpoint_metadata_entry
-- Rows: reads at most :limit checkpoints of :thread_id, their channels' values and the writes after
--   them; with entries, as many more checkpoints as do not match
-- Returns: many
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
    WHERE
        c.thread_id = /* :thread_id */ 't1'
        AND NOT EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE anchor.id = /* :thread_id */ 't1' AND anchor.trashed_at IS NOT NULL
        )
-- @if scope
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE anchor.id = /* :thread_id */ 't1' AND anchor.tenant_id = /* :scope_tenant_id */ 'acme'
        )
-- @end
-- @if scope_user
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE anchor.id = /* :thread_id */ 't1' AND anchor.user_id = /* :scope_user_id */ 'ann'
        )
-- @end
-- @if namespace_key
        AND c.namespace_key = /* :namespace_key */ ''
-- @end
-- @if checkpoint_id
        AND c.checkpoint_id = /* :checkpoint_id */ '1f0'
-- @end
-- @if before_id
        AND c.checkpoint_id < /* :before_id */ '1f0'
-- @end
-- @if after_key
        AND (c.checkpoint_id, c.namespace_key)
        < (/* :after_key_id */ '1f0', /* :after_key_namespace_key */ '')
-- @end
-- @if entries
        AND NOT EXISTS (
            SELECT 1
            FROM json_each(/* :entries */ '[]') AS wanted
            WHERE NOT EXISTS (
                SELECT 1
                FROM agentstore_checkpoint_metadata AS m
                WHERE
                    m.thread_id = c.thread_id
                    AND m.namespace_key = c.namespace_key
                    AND m.checkpoint_id = c.checkpoint_id
                    AND m.entry = wanted.value
            )
        )
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
    NULL AS metadata_bytes
FROM (
    SELECT DISTINCT
        page.namespace_key,
        json_extract(v.value, '$[0]') AS channel_key,
        json_extract(v.value, '$[1]') AS channel_version
    FROM page
    CROSS JOIN json_each(page.channel_versions) AS v
) AS used
CROSS JOIN agentstore_checkpoint_blobs AS b
WHERE
    b.thread_id = /* :thread_id */ 't1'
    AND used.namespace_key = b.namespace_key
    AND used.channel_key = b.channel_key
    AND used.channel_version = b.channel_version
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
    NULL AS metadata_bytes
FROM page
CROSS JOIN agentstore_checkpoint_writes AS w
WHERE
    w.thread_id = /* :thread_id */ 't1'
    AND page.namespace_key = w.namespace_key
    AND page.checkpoint_id = w.checkpoint_id;
