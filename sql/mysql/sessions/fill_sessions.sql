-- Set last_message_at of sessions that older code made. Storage.fill.
-- Runs: each batch of a fill
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_messages
-- Rows: reads all messages of each of :ids, and writes their sessions
-- Returns: count

-- STRAIGHT_JOIN in an UPDATE is not known to sqlfluff, nor that a column of JSON_TABLE has a character set.
-- noqa: disable=all
UPDATE json_table(
    /* :ids */ '["s1"]', '$[*]'
    COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
) AS wanted
STRAIGHT_JOIN agentstore_sessions AS s FORCE INDEX (PRIMARY) ON wanted.id = s.id
SET
    s.last_message_at = greatest(
        s.created_at,
        coalesce(
            (SELECT max(m.timestamp) FROM agentstore_messages AS m WHERE m.session_id = s.id),
            s.created_at
        )
    )
WHERE
    s.last_message_at IS NULL;
