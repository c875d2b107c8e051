-- The rows of agentstore_messages with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_messages
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.session_id,
    r.position,
    r.id,
    r.role,
    r.content,
    r.content_escaped,
    r.parts,
    cast(r.timestamp AS char) AS timestamp,
    r.response_type,
    r.response,
    r.metadata
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["s1", 0]]', '$[*]' COLUMNS (
            session_id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
            position bigint PATH '$[1]'
        )
    ) AS k
INNER JOIN agentstore_messages AS r FORCE INDEX (PRIMARY) ON k.session_id = r.session_id AND k.position = r.position;
