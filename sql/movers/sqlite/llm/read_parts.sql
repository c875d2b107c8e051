-- The parts of a thread's messages, from its root to its tip.
-- Runs: once a thread
-- Index: the tables' primary keys, idx_parts_message_hash_position
-- Returns: many
-- Differs: llm has SQLite only
WITH RECURSIVE chain (hash, depth) AS (
    SELECT
        t.tip_message_hash,
        0
    FROM threads AS t
    WHERE t.id = /* :thread_id */ 'a'
    UNION ALL
    SELECT
        m.parent_hash,
        c.depth + 1
    FROM chain AS c
    INNER JOIN messages AS m ON c.hash = m.hash
    WHERE m.parent_hash IS NOT NULL
)

SELECT
    c.depth,
    m.role,
    (
        SELECT min(u.datetime_utc)
        FROM turns AS u
        WHERE
            u.thread_id = /* :thread_id */ 'a'
            AND m.hash IN (u.tip_message_hash, u.parent_message_hash)
    ) AS said_at,
    p.type,
    p.text,
    p.payload
FROM chain AS c
INNER JOIN messages AS m ON c.hash = m.hash
LEFT JOIN parts AS p ON m.hash = p.message_hash
ORDER BY c.depth DESC, p.position ASC;
