-- Whether an attempt of take_pending_confirmation whose reply was lost has taken it.
-- Storage.take_pending_confirmation.
-- Runs: seldom: after a lost reply
-- Index: PRIMARY of agentstore_pending_confirmations
-- Rows: reads at most one, of :session_id
-- Returns: one
SELECT p.id
FROM agentstore_pending_confirmations AS p
WHERE p.session_id = /* :session_id */ 's1' AND p.taken_by = /* :token */ 't1';
