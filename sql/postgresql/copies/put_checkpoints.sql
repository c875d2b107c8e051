-- Store rows of agentstore_checkpoints as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoints
-- Rows: writes one for each of :thread_id_list
-- Returns: count
-- Differs: the others take row by row, insert_checkpoints, which is a round trip a row here
INSERT INTO agentstore_checkpoints (
    thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
    checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
)
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.parent_id,
    r.namespace,
    r.channel_versions::json,
    r.checkpoint_type,
    r.checkpoint_bytes,
    r.metadata_type,
    r.metadata_bytes
FROM unnest(
    /* :thread_id_list */ '{t1}'::text[],
    /* :namespace_key_list */ '{""}'::text[],
    /* :checkpoint_id_list */ '{1f0}'::text[],
    /* :parent_id_list */ '{NULL}'::text[],
    /* :namespace_list */ '{""}'::text[],
    /* :channel_versions_list */ '{1}'::text[],
    /* :checkpoint_type_list */ '{msgpack}'::text[],
    /* :checkpoint_bytes_list */ '{""}'::bytea[],
    /* :metadata_type_list */ '{msgpack}'::text[],
    /* :metadata_bytes_list */ '{""}'::bytea[]
) AS r (
    thread_id, namespace_key, checkpoint_id, parent_id, namespace, channel_versions,
    checkpoint_type, checkpoint_bytes, metadata_type, metadata_bytes
);
