-- What is wrong in the file's pages and tables; ok where nothing is. agentstore doctor.
-- Runs: seldom
-- Index: none: the whole file is read
-- Rows: reads all tables
-- Returns: many
-- Differs: a server has programs of its own for this
SELECT q.quick_check AS finding
FROM pragma_quick_check(10) AS q;
