"""A dialect of agentstore for conversations in one file: ``shelf:////absolute/path``."""
