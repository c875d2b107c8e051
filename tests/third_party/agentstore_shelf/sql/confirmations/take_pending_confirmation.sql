-- Mark a session's pending confirmation as taken by one caller; asked again by that caller (its reply
-- was lost), it is that caller's still.
-- Runs: once a confirmation
-- Index: primary key of agentstore_pending_confirmations
-- Returns: count
UPDATE agentstore_pending_confirmations
SET taken_by = /* :token */ 't1'
WHERE session_id = /* :session_id */ 's1' AND taken_by IS NULL;
