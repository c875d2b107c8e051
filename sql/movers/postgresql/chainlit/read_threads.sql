-- A page of Chainlit's threads, each with its user.
-- Runs: once a page of a move
-- Index: threads' and users' primary keys
-- Returns: many
-- Differs: Chainlit's documented tables are PostgreSQL's, which SQLite takes as well
SELECT
    t.id::text AS thread_id,
    t."createdAt" AS created_at,
    t.name,
    t."userId"::text AS user_id,
    coalesce(t."userIdentifier", u.identifier) AS user_identifier,
    pg_catalog.array_to_json(t.tags)::text AS tags,
    t.metadata::text AS metadata,
    u.metadata::text AS user_metadata
FROM threads AS t
LEFT JOIN users AS u ON t."userId" OPERATOR (pg_catalog.=) u.id
-- @if after_key
WHERE t.id OPERATOR (pg_catalog.>) /* :after_key_id */ '11111111-1111-4111-8111-111111111111'::uuid
-- @end
ORDER BY t.id
LIMIT /* :limit */ 100;
