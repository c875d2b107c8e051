"""Migrations: applied over yoyo, by any number of migrators at once, some of them killed."""
