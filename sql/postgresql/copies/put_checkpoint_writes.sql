-- Store rows of agentstore_checkpoint_writes as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_checkpoint_writes
-- Rows: writes one for each of :thread_id_list
-- Returns: count
-- Differs: the others take row by row, insert_checkpoint_writes, which is a round trip a row here
INSERT INTO agentstore_checkpoint_writes (
    thread_id, namespace_key, checkpoint_id, task_id, idx, channel_name, task_path, value_type,
    value_bytes
)
SELECT
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.task_id,
    r.idx,
    r.channel_name,
    r.task_path,
    r.value_type,
    r.value_bytes
FROM unnest(
    /* :thread_id_list */ '{t1}'::text[],
    /* :namespace_key_list */ '{""}'::text[],
    /* :checkpoint_id_list */ '{1f0}'::text[],
    /* :task_id_list */ '{task1}'::text[],
    /* :idx_list */ '{0}'::bigint[],
    /* :channel_name_list */ '{messages}'::text[],
    /* :task_path_list */ '{""}'::text[],
    /* :value_type_list */ '{msgpack}'::text[],
    /* :value_bytes_list */ '{""}'::bytea[]
) AS r (
    thread_id, namespace_key, checkpoint_id, task_id, idx, channel_name, task_path, value_type,
    value_bytes
);
