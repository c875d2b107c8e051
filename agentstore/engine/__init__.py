"""How operations run: connections, the pool, transactions, deadlines, faults and retries."""
