"""What the adapters share: drafts of messages, reading, rewriting, worker threads, keys."""
