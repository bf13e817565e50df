"""Each sender's files: one SELECT a file, in the sender's own column names and order."""
