-- The rows of agentstore_checkpoint_metadata with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_checkpoint_metadata
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.thread_id,
    r.namespace_key,
    r.checkpoint_id,
    r.entry
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["t1", "", "1f0", "e1"]]', '$[*]' COLUMNS (
            thread_id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
            namespace_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
            checkpoint_id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[2]',
            entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[3]'
        )
    ) AS k
INNER JOIN agentstore_checkpoint_metadata AS r FORCE INDEX (PRIMARY)
    ON
        k.thread_id = r.thread_id
        AND k.namespace_key = r.namespace_key
        AND k.checkpoint_id = r.checkpoint_id
        AND k.entry = r.entry;
