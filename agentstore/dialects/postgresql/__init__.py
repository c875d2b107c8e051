"""PostgreSQL, by psycopg (version 3)."""
