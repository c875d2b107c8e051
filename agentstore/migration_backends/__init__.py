"""yoyo's backends as agentstore's own migrators use them, one module a database.

They work on connections that the repository opens, so that yoyo's reading of URLs is not
involved; a migration and its record are one transaction where the database can; and a turn to
migrate is taken as `agentstore.migration_lock` describes.
"""

from agentstore.migration_backends.base import MigratorBackend

__all__ = ["MigratorBackend"]
