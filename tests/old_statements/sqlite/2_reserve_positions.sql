-- Take the next positions of a session.
-- Storage.save_…_message, Storage.save_messages.
-- Runs: every turn where SQLite is older than 3.35
-- Index: agentstore_sessions_pkey
-- Rows: writes one session, :session_id
-- Returns: count
-- Differs: PostgreSQL saves a turn in one statement, save_turn, and newer SQLite has take_positions
UPDATE agentstore_sessions
SET
    next_position = next_position + /* :count */ 1,
    updated_at = CASE
        WHEN updated_at < /* :now */ '2026-01-01 00:00:00.000000'
            THEN /* :now */ '2026-01-01 00:00:00.000000'
        WHEN substr(updated_at, 21) = '999999'
            THEN datetime(substr(updated_at, 1, 19), '+1 second') || '.000000'
        ELSE substr(updated_at, 1, 20) || printf('%06d', substr(updated_at, 21) + 1)
    END
WHERE id = /* :session_id */ 's1';
