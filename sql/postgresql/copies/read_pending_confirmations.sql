-- A page of the confirmations that are still to be taken, in the order of their key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: agentstore_pending_confirmations_pkey
-- Rows: reads at most :limit; as many more as were taken
-- Returns: many
SELECT
    r.session_id,
    r.id,
    r.tool_name,
    r.arguments::text AS arguments,
    r.user_message,
    r.user_message_escaped,
    r.timestamp AT TIME ZONE 'UTC' AS timestamp
FROM agentstore_pending_confirmations AS r
WHERE
    r.session_id OPERATOR (pg_catalog.>) /* :after_session_id */ ''
    AND r.taken_by IS NULL
ORDER BY r.session_id
LIMIT /* :limit */ 50;
