-- Store rows of agentstore_checkpoint_blobs as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoint_blobs
-- Rows: writes one for each of :thread_id_list
-- Returns: count
-- Differs: the others take row by row, insert_checkpoint_blobs, which is a round trip a row here
INSERT INTO agentstore_checkpoint_blobs (
    thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
)
SELECT
    r.thread_id,
    r.namespace_key,
    r.channel_key,
    r.channel_version,
    r.value_type,
    r.value_bytes
FROM unnest(
    /* :thread_id_list */ '{t1}'::text[],
    /* :namespace_key_list */ '{""}'::text[],
    /* :channel_key_list */ '{messages}'::text[],
    /* :channel_version_list */ '{1}'::text[],
    /* :value_type_list */ '{msgpack}'::text[],
    /* :value_bytes_list */ '{""}'::bytea[]
) AS r (
    thread_id, namespace_key, channel_key, channel_version, value_type, value_bytes
);
