-- The rows of agentstore_pending_confirmations with some keys: what a copy finds where it is going, and
-- those still to be taken of the sessions that it takes. agentstore copy, dump and restore.
-- Runs: each page of a copy
-- Index: agentstore_pending_confirmations_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: without statistics PostgreSQL would else
--   read the whole table, and join it by hash
SELECT
    r.session_id,
    r.id,
    r.tool_name,
    r.arguments::text AS arguments,
    r.user_message,
    r.user_message_escaped,
    r.timestamp AT TIME ZONE 'UTC' AS timestamp
FROM pg_catalog.json_array_elements(/* :keys */ '[["s1"]]'::json) AS k (pair)
INNER JOIN LATERAL (
    SELECT t.*
    FROM agentstore_pending_confirmations AS t
    WHERE
        t.session_id OPERATOR (pg_catalog.=) (k.pair OPERATOR (pg_catalog.->>) 0)
-- @if untaken
        AND t.taken_by IS NULL
-- @end
    OFFSET 0
) AS r ON TRUE;
