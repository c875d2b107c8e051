-- Count a hold on a session down, behind release_hold. Storage.release_hold.
-- Runs: seldom
-- Index: as the table has
-- Returns: count
UPDATE agentstore_sessions
SET holds = holds - 1
WHERE
    id = /* :session_id */ 's1'
    AND holds > 0;
