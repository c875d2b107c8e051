-- Count a hold on a session down, behind release_hold. Storage.release_hold.
-- Runs: seldom
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET holds = holds - 1
WHERE
    id = /* :session_id */ 's1'
    AND holds > 0;
