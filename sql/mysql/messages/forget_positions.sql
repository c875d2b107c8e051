-- Forget what an earlier reserve_positions took, so that a batch whose session is not there (or comes
-- to be there while it runs) stores nothing. Storage.save_..._message.
-- Runs: every turn
-- Index: none: no table
-- Rows: none
-- Returns: none
-- Differs: only a batch goes out before the position is known
DO last_insert_id(0);
