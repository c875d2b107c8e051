-- A page of messages across sessions by time, oldest first, as get_history. Storage.query_messages,
-- Storage.iter_messages, Storage.page_messages.
-- Runs: now and then
-- Index: PRIMARY of agentstore_sessions, agentstore_messages_timestamp,
--   agentstore_messages_response_type,
--   PRIMARY of agentstore_messages, PRIMARY of agentstore_tool_calls
-- Rows: reads at most :limit and :offset messages; as many more as the filters do not leave
-- Returns: many
-- Differs: calls come by their key, unsorted: to sort them too MySQL would copy all into a table.
--   FORCE INDEX, lest a block with OR has it merge indexes and sort
SELECT
    m.session_id,
    m.position,
    m.id,
    m.role,
    m.content,
    m.content_escaped,
    m.parts,
    cast(m.timestamp AS char) AS timestamp,
    m.response_type,
    m.response,
    m.metadata,
    c.position AS call_position,
    c.id AS call_record_id,
    c.call_id,
    c.tool_name,
    c.arguments,
    c.result,
    c.success,
    cast(c.timestamp AS char) AS call_timestamp,
    cast(c.completed_at AS char) AS completed_at
FROM (
    SELECT
        h.timestamp,
        h.session_id,
        h.position
    FROM agentstore_messages AS h
    -- More than one index is not known to sqlfluff here.
    -- noqa: disable=PRS
    FORCE INDEX (agentstore_messages_timestamp, agentstore_messages_response_type)
    -- noqa: enable=PRS
    WHERE
        1 = 1
        AND EXISTS (
            SELECT 1
            FROM agentstore_sessions AS s
            WHERE
                s.id = h.session_id
                AND (s.trashed_at IS NULL) IS TRUE
-- @if scope
                AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
                AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
        )
-- @if after_key
        AND (
            h.timestamp > /* :after_key_timestamp */ '2026-01-01 00:00:00.000000'
            OR (
                h.timestamp = /* :after_key_timestamp */ '2026-01-01 00:00:00.000000'
                AND h.session_id > /* :after_key_session_id */ 's1'
            )
            OR (
                h.timestamp = /* :after_key_timestamp */ '2026-01-01 00:00:00.000000'
                AND h.session_id = /* :after_key_session_id */ 's1'
                AND h.position > /* :after_key_position */ 100
            )
        )
-- @end
-- @if role
        AND h.role = /* :role */ 'user'
-- @end
-- @if response_type
        AND h.response_type = /* :response_type */ 'execute'
        AND cast(h.response_type AS binary) = cast(/* :response_type */ 'execute' AS binary)
-- @end
-- @if after
        AND h.timestamp >= /* :after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if before
        AND h.timestamp <= /* :before */ '2026-01-01 00:00:00.000000'
-- @end
    ORDER BY h.timestamp, h.session_id, h.position
    LIMIT /* :limit */ 50 OFFSET /* :offset */ 0
) AS chosen
INNER JOIN agentstore_messages AS m ON chosen.session_id = m.session_id AND chosen.position = m.position
LEFT JOIN agentstore_tool_calls AS c ON m.session_id = c.session_id AND m.position = c.message_position
ORDER BY chosen.timestamp, chosen.session_id, chosen.position;
