-- The rows of agentstore_pending_confirmations with some keys: what a copy finds where it is going, and
-- those still to be taken of the sessions that it takes. agentstore copy, dump and restore.
-- Runs: each page of a copy
-- Index: agentstore_pending_confirmations_pkey
-- Rows: reads at most one for each of :keys
-- Returns: many
SELECT
    r.session_id,
    r.id,
    r.tool_name,
    r.arguments,
    r.user_message,
    r.user_message_escaped,
    r.timestamp
FROM json_each(/* :keys */ '[["s1"]]') AS k
CROSS JOIN agentstore_pending_confirmations AS r
WHERE
    r.session_id = json_extract(k.value, '$[0]')
-- @if untaken
    AND r.taken_by IS NULL
-- @end
;
