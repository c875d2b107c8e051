-- Give a tenant to sessions that have none, and their users. Storage.assign_sessions.
-- Runs: each batch of a fill
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one session for each of :ids
-- Returns: count
UPDATE agentstore_sessions
SET
    tenant_id = /* :tenant_id */ 'acme',
    user_id = CASE
        WHEN agentstore_sessions.user_id OPERATOR (pg_catalog.=) '' THEN given.user_id
        ELSE agentstore_sessions.user_id
    END
FROM unnest(/* :ids */ '{}'::text[], /* :user_ids */ '{}'::text[]) AS given (id, user_id)
WHERE
    agentstore_sessions.id OPERATOR (pg_catalog.=) given.id
    AND agentstore_sessions.tenant_id OPERATOR (pg_catalog.=) '';
