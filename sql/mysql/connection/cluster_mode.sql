-- What kind of server this is: ('wsrep_on', 'ON') is a node of a Galera cluster, where MySQL itself has no
-- such variable; ('read_only', 'ON') a replica, or a secondary of a group.
-- Runs: once a connection
-- Index: none: no table
-- Returns: many
-- Differs: only MySQL's relatives have such clusters
SHOW VARIABLES
WHERE Variable_name IN ('read_only', 'wsrep_on');
