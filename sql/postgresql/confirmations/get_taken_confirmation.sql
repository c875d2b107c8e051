-- Whether an attempt of take_pending_confirmation whose reply was lost has taken it.
-- Storage.take_pending_confirmation.
-- Runs: seldom: after a lost reply
-- Index: agentstore_pending_confirmations_pkey
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT p.id
FROM agentstore_pending_confirmations AS p
WHERE
    p.session_id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND p.taken_by OPERATOR (pg_catalog.=) /* :token */ 't1';
