-- Mark a session's pending confirmation as taken by one caller; asked again by that caller (its reply was
-- lost), it is that caller's still. Storage.take_pending_confirmation.
-- Runs: once a confirmation
-- Index: agentstore_pending_confirmations_pkey
-- Rows: writes at most one, of :session_id
-- Returns: count
UPDATE agentstore_pending_confirmations
SET taken_by = /* :token */ 't1'
WHERE session_id = /* :session_id */ 's1' AND taken_by IS NULL;
