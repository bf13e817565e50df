"""What the page tells, one module a section: read from ledger, versions, audit log and register.

Each has a frozen dataclass of rows, a function ``read`` that fills it, and ``attention``: what its reader has
to see to. Rows that are ``None`` could not be told.
"""
