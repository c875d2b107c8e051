-- depends: 0019_add_closed_updated_at_to_agentstore_sessions
-- What delete_sessions goes by: the closed sessions alone, to which nobody writes. The index that it
-- takes the place of had all sessions, so that each save moved its entry.
-- Writers wait while it is built: for a moment where few sessions are closed.
CREATE INDEX agentstore_sessions_closed
ON agentstore_sessions (updated_at, id)
WHERE NOT active;

DROP INDEX agentstore_sessions_updated_at;
