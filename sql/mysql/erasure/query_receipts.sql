-- What erasures have deleted, the oldest first. Storage.query_erasure_receipts, Storage.erase_user.
-- Runs: seldom
-- Index: none: they are few
-- Rows: reads all
-- Returns: many
SELECT
    r.id,
    r.user_digest,
    r.tenant_id,
    cast(r.started_at AS char) AS started_at,
    cast(r.finished_at AS char) AS finished_at,
    r.deleted_rows,
    r.held,
    r.remains
FROM agentstore_erasure_receipts AS r
WHERE
    TRUE
-- @if unfinished
    AND r.finished_at IS NULL
    AND r.user_digest = /* :user_digest */ 'abc'
-- @end
-- @if scope
    AND (r.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
ORDER BY r.started_at, r.id;
