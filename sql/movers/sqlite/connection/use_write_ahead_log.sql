-- Write nothing: an import leaves the original's journal mode as it is. It takes the place of the core's
-- statement of this name, in the original's database only.
-- Runs: once a connection
-- Index: none: no table
-- Returns: none
-- Differs: only SQLite has journal modes
PRAGMA query_only = ON;
