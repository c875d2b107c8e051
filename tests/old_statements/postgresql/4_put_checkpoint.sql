-- Store a checkpoint, the values of its channels that are new, and the index entries of its metadata.
-- AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_checkpoints_pkey, agentstore_checkpoint_blobs_pkey,
-- agentstore_checkpoint_metadata_pkey
-- Rows: writes one checkpoint, one value for each of :channel_keys, one index entry for each of
--   :entries
-- Returns: count
-- Differs: one statement, as PostgreSQL can write inside WITH
WITH checkpoint AS (
    INSERT INTO agentstore_checkpoints (
        thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
        checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
    )
    VALUES (
        /* :thread_id */ 't1',
        /* :namespace_key */ '',
        /* :checkpoint_id */ '1f0',
        /* :parent_id */ NULL,
        /* :namespace */ '',
        /* :channel_versions */ '[]'::json,
        /* :checkpoint_type */ 'msgpack',
        /* :checkpoint_bytes */ ''::bytea,
        /* :metadata_type */ 'msgpack',
        /* :metadata_bytes */ ''::bytea
    )
    ON CONFLICT (thread_id, namespace_key, checkpoint_id) DO UPDATE
        SET
            channel_versions = excluded.channel_versions,
            checkpoint_type = excluded.checkpoint_type,
            checkpoint_bytes = excluded.checkpoint_bytes,
            metadata_type = excluded.metadata_type,
            metadata_bytes = excluded.metadata_bytes
),

blob AS (
    INSERT INTO agentstore_checkpoint_blobs (
        thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
    )
    SELECT
        /* :thread_id */ 't1',
        /* :namespace_key */ '',
        b.channel_key,
        b.channel_version,
        b.value_type,
        b.value_bytes
    FROM
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
        thread_id = /* :thread_id */ 't1'
        AND namespace_key = /* :namespace_key */ ''
        AND checkpoint_id = /* :checkpoint_id */ '1f0'
        AND NOT entry = ANY(/* :entries */ '{}'::text[])
)

INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    e.entry
FROM unnest(/* :entries */ '{}'::text[]) AS e (entry)
ON CONFLICT DO NOTHING;
