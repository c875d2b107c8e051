-- Give a tenant to sessions that have none, and their users. Storage.assign_sessions.
-- Runs: each batch of a fill
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes at most one session for each of :ids
-- Returns: count

-- STRAIGHT_JOIN in an UPDATE is not known to sqlfluff, nor that a column of JSON_TABLE has a character set.
-- noqa: disable=all
UPDATE json_table(
    /* :ids */ '[]', '$[*]' COLUMNS (
        place FOR ORDINALITY, value varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$'
    )
) AS i
STRAIGHT_JOIN json_table(
    /* :user_ids */ '[]', '$[*]' COLUMNS (
        place FOR ORDINALITY, value varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$'
    )
) AS u ON i.place = u.place
STRAIGHT_JOIN agentstore_sessions AS s FORCE INDEX (PRIMARY) ON i.value = s.id
SET
    s.tenant_id = /* :tenant_id */ 'acme',
    s.user_id = if(s.user_id = '', u.value, s.user_id)
WHERE
    s.tenant_id = '';
