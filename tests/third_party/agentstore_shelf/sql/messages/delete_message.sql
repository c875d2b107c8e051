-- Delete a message; its tool calls go by the foreign key.
-- Runs: seldom
-- Index: the unique id of agentstore_messages
-- Returns: count
DELETE FROM agentstore_messages
WHERE
    id = /* :message_id */ 'm1'
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = agentstore_messages.session_id
            AND s.trashed_at IS NULL
-- @if scope
            AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
            AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
    );
