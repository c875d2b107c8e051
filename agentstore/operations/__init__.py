"""The contract's operations over the SQL files, the same for all dialects."""
