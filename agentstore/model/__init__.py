"""What a caller gives, checked and prepared before anything is sent; the same for all dialects."""
