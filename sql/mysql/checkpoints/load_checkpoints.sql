-- A thread's newest checkpoints with all that belongs to them, in one snapshot: a row (part 0) for
-- each, one (part 1) for each value of a channel, one (part 2) for each write after them.
-- AgentstoreSaver.get_tuple, AgentstoreSaver.list of a thread.
-- Runs: often
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_checkpoints,
--   agentstore_checkpoints_thread,
-- agentstore_checkpoints_checkpoint_id, PRIMARY of agentstore_checkpoint_blobs,
-- PRIMARY of agentstore_checkpoint_writes, PRIMARY of agentstore_checkpoint_metadata,
-- agentstore_checkpoint_metadata_entry
-- Rows: reads at most :limit checkpoints of :thread_id, their channels' values and the writes after
--   them; with entries, as many more checkpoints as do not match
-- Returns: many

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
WITH page AS (
    SELECT
        c.namespace_key,
        c.checkpoint_id
    FROM agentstore_checkpoints AS c
-- @if namespace_key
    FORCE INDEX (PRIMARY)
-- @end
-- @if every_namespace
    FORCE INDEX (agentstore_checkpoints_thread)
-- @end
    WHERE
        c.thread_id = /* :thread_id */ 't1'
        AND NOT EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE
                anchor.id = /* :thread_id */ 't1'
                AND (anchor.trashed_at IS NOT NULL) IS TRUE
        )
-- @if scope
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE
                anchor.id = /* :thread_id */ 't1'
                AND (anchor.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
        )
-- @end
-- @if scope_user
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS anchor
            WHERE
                anchor.id = /* :thread_id */ 't1'
                AND (anchor.user_id = /* :scope_user_id */ 'ann') IS TRUE
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
        AND (
            c.checkpoint_id < /* :after_key_id */ '1f0'
            OR (c.checkpoint_id = /* :after_key_id */ '1f0' AND c.namespace_key < /* :after_key_namespace_key */ '')
        )
-- @end
-- @if entries
        AND NOT EXISTS (
            SELECT 1
            FROM json_table(
                /* :entries */ '[]', '$[*]' COLUMNS (value varchar(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$')
            ) AS wanted
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
    c.namespace_key,
    c.checkpoint_id,
    c.parent_id AS item,
    c.namespace AS item_detail,
    NULL AS task_id,
    0 AS idx,
    c.checkpoint_type AS payload_type,
    c.checkpoint_bytes AS payload,
    c.metadata_type,
    c.metadata_bytes
FROM page
STRAIGHT_JOIN agentstore_checkpoints AS c
    ON
        c.thread_id = /* :thread_id */ 't1'
        AND page.namespace_key = c.namespace_key
        AND page.checkpoint_id = c.checkpoint_id
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
        c.namespace_key,
        v.channel_key,
        v.channel_version
    FROM page
    STRAIGHT_JOIN agentstore_checkpoints AS c
        ON
            c.thread_id = /* :thread_id */ 't1'
            AND page.namespace_key = c.namespace_key
            AND page.checkpoint_id = c.checkpoint_id
    STRAIGHT_JOIN json_table(
        c.channel_versions, '$[*]' COLUMNS (
            channel_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
            channel_version varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]'
        )
    ) AS v
) AS used
STRAIGHT_JOIN agentstore_checkpoint_blobs AS b
    ON
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
STRAIGHT_JOIN agentstore_checkpoint_writes AS w
    ON
        w.thread_id = /* :thread_id */ 't1'
        AND page.namespace_key = w.namespace_key
        AND page.checkpoint_id = w.checkpoint_id;
