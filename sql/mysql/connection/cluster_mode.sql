-- Whether the server is a node of a Galera cluster: ('wsrep_on', 'ON'). MySQL itself has no such variable.
-- Runs: once a connection
-- Index: none: no table
-- Returns: many
-- Differs: only MySQL's relatives have such clusters
SHOW VARIABLES LIKE 'wsrep_on';
