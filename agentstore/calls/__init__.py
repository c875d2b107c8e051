"""The calls of a store, parted by subject; together they are `agentstore.Storage`."""
