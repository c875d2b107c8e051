-- Change what a list of sessions shows of one.
-- Runs: each such change
-- Index: primary key of agentstore_sessions
-- Returns: count
UPDATE agentstore_sessions
SET
-- @if title
    title = /* :title */ 'A refund',
-- @end
-- @if archived
    archived_at = CASE
        WHEN /* :archived */ TRUE
            THEN coalesce(archived_at, /* :now */ '2026-01-01 00:00:00.000000')
    END,
-- @end
-- @if pinned
    pinned_at = CASE
        WHEN /* :pinned */ TRUE
            THEN coalesce(pinned_at, /* :now */ '2026-01-01 00:00:00.000000')
    END,
-- @end
    updated_at = CASE
        WHEN updated_at < /* :now */ '2026-01-01 00:00:00.000000'
            THEN /* :now */ '2026-01-01 00:00:00.000000'
        WHEN substr(updated_at, 21) = '999999'
            THEN datetime(substr(updated_at, 1, 19), '+1 second') || '.000000'
        ELSE substr(updated_at, 1, 20) || printf('%06d', substr(updated_at, 21) + 1)
    END
WHERE
    id = /* :session_id */ 's1'
    AND trashed_at IS NULL
-- @if scope
    AND tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND user_id = /* :scope_user_id */ 'ann'
-- @end
;
