-- Give a tenant to sessions that have none, and their users.
-- Runs: each batch of such a change
-- Index: primary key of agentstore_sessions
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
