"""Retention: the policy of which sessions are kept, trashed or deleted, and what came of it."""
