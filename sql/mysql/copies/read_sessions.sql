-- A page of what a copy takes of agentstore_sessions, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.id,
    cast(r.created_at AS char) AS created_at,
    cast(r.updated_at AS char) AS updated_at,
    r.active,
    r.next_position,
    r.metadata,
    r.tenant_id,
    r.user_id,
    r.title,
    cast(r.archived_at AS char) AS archived_at,
    cast(r.pinned_at AS char) AS pinned_at,
    cast(r.last_message_at AS char) AS last_message_at,
    cast(r.trashed_at AS char) AS trashed_at,
    r.creation_token,
    r.holds
FROM agentstore_sessions AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.id > /* :after_id */ ''
ORDER BY r.id
LIMIT /* :limit */ 50;
