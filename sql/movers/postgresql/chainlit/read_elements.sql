-- What is attached to a page of Chainlit's threads; files themselves lie in a storage of its own.
-- Runs: once a page of a move
-- Index: none: Chainlit has none by thread, so that all elements are read once a page of threads
-- Returns: many
-- Differs: Chainlit's documented tables are PostgreSQL's, which SQLite takes as well
SELECT
    e."threadId"::text AS thread_id,
    e."forId"::text AS for_id,
    e.id::text AS element_id,
    e.type AS element_type,
    e.name,
    e.url,
    e."objectKey" AS object_key,
    e."chainlitKey" AS chainlit_key,
    e.mime,
    e.display,
    e.size AS element_size,
    e.page,
    e.language AS element_language,
    e.props::text AS props
FROM elements AS e
WHERE
    NOT e."threadId" OPERATOR (pg_catalog.<) /* :first_id */ '11111111-1111-4111-8111-111111111111'::uuid
    AND NOT e."threadId" OPERATOR (pg_catalog.>) /* :last_id */ '22222222-2222-4222-8222-222222222222'::uuid
ORDER BY e.id;
