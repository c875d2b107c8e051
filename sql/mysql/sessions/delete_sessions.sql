-- Delete a batch of sessions with all that hangs on them. Storage.delete_sessions, Storage.erase_user,
-- Storage.apply_retention.
-- Runs: each batch of a clean-up
-- Index: PRIMARY of agentstore_sessions
-- Rows: deletes at most one session for each of :ids, and all that hangs on them, as delete_session
-- Returns: count

-- STRAIGHT_JOIN and FORCE INDEX: in a small table the optimizer would read, and lock, the sessions of
-- all others.
-- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
-- Neither is known to sqlfluff here.
-- noqa: disable=all
DELETE s FROM json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_sessions AS s FORCE INDEX (PRIMARY) ON wanted.id = s.id
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
;
