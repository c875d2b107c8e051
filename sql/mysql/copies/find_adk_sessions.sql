-- The rows of agentstore_adk_sessions with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_adk_sessions
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.session_id,
    r.app_key,
    r.user_key,
    r.last_update_time,
    r.marker,
    r.session_state
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["s1"]]', '$[*]' COLUMNS (
            session_id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]'
        )
    ) AS k
INNER JOIN agentstore_adk_sessions AS r FORCE INDEX (PRIMARY) ON k.session_id = r.session_id;
