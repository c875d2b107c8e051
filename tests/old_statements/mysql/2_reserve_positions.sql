-- Take the next positions of a session, and its row's lock until the transaction ends.
-- Storage.save_…_message, Storage.save_messages.
-- Runs: every turn; the most frequent write
-- Index: PRIMARY of agentstore_sessions
-- Rows: writes one session, :session_id
-- Returns: count
-- Differs: PostgreSQL saves a turn in one statement, save_turn
UPDATE agentstore_sessions
SET
    next_position = last_insert_id(next_position + /* :count */ 1),
    updated_at = greatest(/* :now */ '2026-01-01 00:00:00.000000', updated_at + INTERVAL 1 MICROSECOND)
WHERE id = /* :session_id */ 's1';
