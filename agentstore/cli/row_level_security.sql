-- Row-level security of PostgreSQL: the role $role has the tenant $tenant, and nothing else.
--
-- Run it as the tables' owner, after agentstore migrate, in one transaction; the role is there before
-- (CREATE ROLE … LOGIN) and owns no table, is no superuser and has no BYPASSRLS. Run it again where
-- a migration has added tables. Whoever else reads the tables needs policies from now on: the
-- role of the whole store has them from agentstore rls --whole-store-role.
BEGIN;

GRANT USAGE ON SCHEMA $schema TO $role;
SET LOCAL search_path = $schema, pg_catalog;
GRANT SELECT ON _yoyo_migration TO $role;
GRANT SELECT, UPDATE ON agentstore_hold_gates TO $role;
GRANT SELECT, INSERT, UPDATE ON
    agentstore_holds,
    agentstore_erasure_receipts,
    agentstore_tool_calls,
    agentstore_pending_confirmations,
    agentstore_adk_states
TO $role;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    agentstore_sessions,
    agentstore_session_metadata,
    agentstore_messages,
    agentstore_checkpoints,
    agentstore_checkpoint_blobs,
    agentstore_checkpoint_writes,
    agentstore_checkpoint_metadata,
    agentstore_adk_sessions
TO $role;

-- agentstore_sessions: the one table that says whose a conversation is.
ALTER TABLE agentstore_sessions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS $policy ON agentstore_sessions;
CREATE POLICY $policy ON agentstore_sessions TO $role
USING (tenant_id = $tenant) WITH CHECK (tenant_id = $tenant);

-- What hangs on a session: the role sees no sessions but its tenant's. What is written may belong to
-- one that the same statement makes, which no policy sees yet, and to no other tenant's.
CREATE OR REPLACE FUNCTION agentstore_is_no_other_tenants(session_id text, tenant_id text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = $schema, pg_catalog, pg_temp
AS 'SELECT NOT EXISTS (SELECT 1 FROM agentstore_sessions AS s WHERE s.id = $$1 AND s.tenant_id <> $$2)';
REVOKE ALL ON FUNCTION agentstore_is_no_other_tenants(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agentstore_is_no_other_tenants(text, text) TO $role;

$of_sessions
-- A hold on a user in every tenant is seen, or what it keeps could be deleted.
ALTER TABLE agentstore_holds ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS $policy ON agentstore_holds;
CREATE POLICY $policy ON agentstore_holds TO $role
USING (tenant_id = $tenant) WITH CHECK (tenant_id = $tenant);
DROP POLICY IF EXISTS $policy_of_all ON agentstore_holds;
CREATE POLICY $policy_of_all ON agentstore_holds FOR SELECT TO $role
USING (tenant_id IS NULL AND session_id IS NULL);

ALTER TABLE agentstore_erasure_receipts ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS $policy ON agentstore_erasure_receipts;
CREATE POLICY $policy ON agentstore_erasure_receipts TO $role
USING (tenant_id = $tenant) WITH CHECK (tenant_id = $tenant);

-- The states that Google ADK's sessions share: their keys begin with the tenant, or its SHA-256.
ALTER TABLE agentstore_adk_states ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS $policy ON agentstore_adk_states;
CREATE POLICY $policy ON agentstore_adk_states TO $role
USING (app_key ^@ ANY ($state_prefixes)) WITH CHECK (app_key ^@ ANY ($state_prefixes));

COMMIT;
