-- A page of sessions, the latest message first. Storage.query_sessions, Storage.iter_sessions,
-- Storage.page_sessions.
-- Runs: each page of a list of sessions
-- Index: agentstore_sessions_created_at, agentstore_sessions_tenant_created,
--   agentstore_sessions_user_created,
--   agentstore_sessions_tenant_last_message, agentstore_sessions_user_last_message,
--   agentstore_sessions_trashed, agentstore_sessions_last_message
-- Rows: reads at most :limit and :offset sessions; as many more as the filters do not leave
-- Returns: many
-- Differs: FORCE INDEX, as the optimizer would rather sort all sessions for a page of them; of one
--   index alone, as MariaDB begins a page at its key, and not at the list's beginning, only then
SELECT
    s.id,
    cast(s.created_at AS char) AS created_at,
    cast(s.updated_at AS char) AS updated_at,
    s.active,
    s.metadata,
    s.tenant_id,
    s.user_id,
    s.title,
    cast(s.archived_at AS char) AS archived_at,
    cast(s.pinned_at AS char) AS pinned_at,
    cast(s.last_message_at AS char) AS last_message_at,
    cast(s.trashed_at AS char) AS trashed_at
-- More than one hint is not known to sqlfluff.
-- noqa: disable=PRS,LT02
FROM agentstore_sessions AS s
-- @unless scope
FORCE INDEX (agentstore_sessions_last_message)
-- @end
-- @if trashed
FORCE INDEX (agentstore_sessions_trashed)
-- @end
-- @if scope
FORCE INDEX (agentstore_sessions_tenant_last_message)
-- @end
-- @if scope_user
FORCE INDEX (agentstore_sessions_user_last_message)
IGNORE INDEX (agentstore_sessions_tenant_last_message)
-- @end
-- noqa: enable=PRS,LT02
WHERE
    1 = 1
-- @if trashed
    AND s.trashed_at IS NOT NULL
-- @end
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
-- @if without_tenant
    AND s.tenant_id = ''
-- @end
-- @if archived
    AND (s.archived_at IS NOT NULL) = /* :archived */ TRUE
-- @end
-- @if pinned
    AND (s.pinned_at IS NOT NULL) = /* :pinned */ TRUE
-- @end
-- @if after_key
    AND (
        s.listed_at < /* :after_key_last_message_at */ '2026-01-01 00:00:00.000000'
        OR (
            s.listed_at = /* :after_key_last_message_at */ '2026-01-01 00:00:00.000000'
            AND s.id < /* :after_key_id */ 's1'
        )
    )
-- @end
-- @if active
    AND s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND s.created_at >= /* :created_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if created_before
    AND s.created_at <= /* :created_before */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_after
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_before
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
-- @end
ORDER BY s.listed_at DESC, s.id DESC
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
