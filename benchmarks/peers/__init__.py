"""The libraries that people use today, each in its own best way; one module a library."""
