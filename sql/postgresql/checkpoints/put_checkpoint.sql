-- Store a checkpoint, the values of its channels that are new, and the index entries of its metadata.
-- No row comes back where the thread has no session's row. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_sessions_pkey, agentstore_checkpoints_pkey, agentstore_checkpoint_blobs_pkey,
-- agentstore_checkpoint_metadata_pkey
-- Rows: writes one checkpoint, one value for each of :channel_keys, one index entry for each of
--   :entries
-- Returns: one
-- Differs: one statement, as PostgreSQL can write inside WITH
WITH anchor AS (
    SELECT s.id
    FROM agentstore_sessions AS s
    WHERE
        s.id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
        AND s.trashed_at IS NULL
-- @if scope
        AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
        AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
    FOR KEY SHARE
),

checkpoint AS (
    INSERT INTO agentstore_checkpoints (
        thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
        checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
    )
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        /* :checkpoint_id */ '1f0',
        /* :parent_id */ NULL,
        /* :namespace */ '',
        /* :channel_versions */ '[]'::json,
        /* :checkpoint_type */ 'msgpack',
        /* :checkpoint_bytes */ ''::bytea,
        /* :metadata_type */ 'msgpack',
        /* :metadata_bytes */ ''::bytea
    FROM anchor
    ON CONFLICT (thread_id, namespace_key, checkpoint_id) DO UPDATE
        SET
            channel_versions = excluded.channel_versions,
            checkpoint_type = excluded.checkpoint_type,
            checkpoint_bytes = excluded.checkpoint_bytes,
            metadata_type = excluded.metadata_type,
            metadata_bytes = excluded.metadata_bytes
    RETURNING checkpoint_id
),

blob AS (
    INSERT INTO agentstore_checkpoint_blobs (
        thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
    )
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        b.channel_key,
        b.channel_version,
        b.value_type,
        b.value_bytes
    FROM anchor
    CROSS JOIN
        unnest(
            /* :channel_keys */ '{messages}'::text[],
            /* :new_versions */ '{1}'::text[],
            /* :value_types */ '{msgpack}'::text[],
            /* :values */ '{""}'::bytea[]
        ) AS b (channel_key, channel_version, value_type, value_bytes)
    ON CONFLICT DO NOTHING
),

stale AS (
    DELETE FROM agentstore_checkpoint_metadata
    WHERE
        thread_id OPERATOR (pg_catalog.=) (SELECT anchor.id FROM anchor)
        AND namespace_key OPERATOR (pg_catalog.=) /* :namespace_key */ ''
        AND checkpoint_id OPERATOR (pg_catalog.=) /* :checkpoint_id */ '1f0'
        AND NOT entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
),

entry AS (
    INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
    SELECT
        anchor.id,
        /* :namespace_key */ '',
        /* :checkpoint_id */ '1f0',
        e.entry
    FROM anchor
    CROSS JOIN pg_catalog.unnest(/* :entries */ '{}'::text[]) AS e (entry)
    ON CONFLICT DO NOTHING
)

SELECT checkpoint.checkpoint_id FROM checkpoint;
