-- Give a tenant to sessions that have none, and their users. Storage.assign_sessions.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one session for each of :ids
-- Returns: count
UPDATE agentstore_sessions
SET
    tenant_id = /* :tenant_id */ 'acme',
    user_id = CASE WHEN user_id <> '' THEN user_id ELSE (
        SELECT u.value
        FROM json_each(/* :ids */ '[]') AS i
        INNER JOIN json_each(/* :user_ids */ '[]') AS u ON i.key = u.key
        WHERE i.value = agentstore_sessions.id
    ) END
WHERE
    id IN (SELECT j.value FROM json_each(/* :ids */ '[]') AS j)
    AND tenant_id = '';
