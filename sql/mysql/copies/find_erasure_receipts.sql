-- The rows of agentstore_erasure_receipts with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_erasure_receipts
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.id,
    r.user_digest,
    r.tenant_id,
    cast(r.started_at AS char) AS started_at,
    cast(r.finished_at AS char) AS finished_at,
    r.deleted_rows,
    r.held,
    r.remains
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["e1"]]', '$[*]' COLUMNS (
            id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]'
        )
    ) AS k
INNER JOIN agentstore_erasure_receipts AS r FORCE INDEX (PRIMARY) ON k.id = r.id;
