-- Whether an attempt of take_pending_confirmation whose reply was lost has taken it.
-- Runs: seldom: after a lost reply
-- Index: primary key of agentstore_pending_confirmations
-- Returns: one
SELECT p.id
FROM agentstore_pending_confirmations AS p
WHERE p.session_id = /* :session_id */ 's1' AND p.taken_by = /* :token */ 't1';
