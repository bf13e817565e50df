"""WHAT is acceptable: suites on what arrived, one a source, and suites that gate publishing.

Great Expectations judges; every expectation is one SQL statement that yields counts, so no value
from a record can reach a result, a message or a log. Rules are data: :mod:`expectations.sources`
and :mod:`expectations.published`. The two functions that a run calls are
:func:`expectations.arrivals.check_arrivals` and :func:`expectations.products.check_product`.
"""
