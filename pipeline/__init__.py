"""WHO a record is about, and the run itself."""

__version__ = "0.1.0"
