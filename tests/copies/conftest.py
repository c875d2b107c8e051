"""Copies go from one database to another."""

from __future__ import annotations

import pytest
from new_databases import get_backend, new_url, open_store

__all__ = ["get_backend", "new_url", "open_store"]

pytest.register_assert_rewrite("copy_samples")
