-- What kind of server this is: ('wsrep_on', 'ON') is a node of a Galera cluster, where MySQL itself has no
-- such variable; ('read_only', 'ON') a replica, or a secondary of a group. max_allowed_packet is the longest
-- statement that it takes, in bytes.
-- Runs: once a connection
-- Index: none: no table
-- Returns: many
-- Differs: only MySQL's relatives have such clusters, and such a limit
SHOW VARIABLES
WHERE Variable_name IN ('max_allowed_packet', 'read_only', 'wsrep_on');
