-- The rows of agentstore_pending_confirmations with some keys: what a copy finds where it is going, and
-- those still to be taken of the sessions that it takes. agentstore copy, dump and restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_pending_confirmations
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.session_id,
    r.id,
    r.tool_name,
    r.arguments,
    r.user_message,
    r.user_message_escaped,
    cast(r.timestamp AS char) AS timestamp
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["s1"]]', '$[*]' COLUMNS (
            session_id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]'
        )
    ) AS k
INNER JOIN agentstore_pending_confirmations AS r FORCE INDEX (PRIMARY) ON k.session_id = r.session_id
-- @if untaken
WHERE r.taken_by IS NULL
-- @end
;
