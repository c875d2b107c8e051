-- Change what a list of sessions shows of one. Storage.update_session.
-- Runs: now and then
-- Index: agentstore_sessions_pkey
-- Rows: writes at most one, :session_id
-- Returns: count
UPDATE agentstore_sessions
SET
-- @if title
    title = /* :title */ 'A refund',
-- @end
-- @if archived
    archived_at = CASE
        WHEN /* :archived */ TRUE
            THEN coalesce(archived_at, /* :now */ '2026-01-01 00:00:00+00'::timestamptz)
    END,
-- @end
-- @if pinned
    pinned_at = CASE
        WHEN /* :pinned */ TRUE
            THEN coalesce(pinned_at, /* :now */ '2026-01-01 00:00:00+00'::timestamptz)
    END,
-- @end
    updated_at = greatest(
        /* :now */ '2026-01-01 00:00:00+00'::timestamptz,
        updated_at + interval '1 microsecond'
    )
WHERE
    id OPERATOR (pg_catalog.=) /* :session_id */ 's1'
    AND trashed_at IS NULL
-- @if scope
    AND (tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
