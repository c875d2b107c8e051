-- The rows of agentstore_checkpoint_blobs with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_checkpoint_blobs
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.thread_id,
    r.namespace_key,
    r.channel_key,
    r.channel_version,
    r.value_type,
    r.value_bytes
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["t1", "", "messages", "1"]]', '$[*]' COLUMNS (
            thread_id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
            namespace_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
            channel_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[2]',
            channel_version varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[3]'
        )
    ) AS k
INNER JOIN agentstore_checkpoint_blobs AS r FORCE INDEX (PRIMARY)
    ON
        k.thread_id = r.thread_id
        AND k.namespace_key = r.namespace_key
        AND k.channel_key = r.channel_key
        AND k.channel_version = r.channel_version;
