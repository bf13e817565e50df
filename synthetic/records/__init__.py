"""How people are written down by each sender: local ids, and identifiers with their errors."""
