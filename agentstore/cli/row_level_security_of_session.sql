ALTER TABLE $table ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS $policy ON $table;
CREATE POLICY $policy ON $table TO $role
USING (EXISTS (SELECT 1 FROM agentstore_sessions AS s WHERE s.id = $column AND s.tenant_id = $tenant))
WITH CHECK (agentstore_is_no_other_tenants($column, $tenant));
