"""Where the columns of a SELECT come from: read from its SQL alone, and closed over many of them.

Knows nothing of the pipeline: relations are names, and what a name means is the caller's.
"""

from pipeline.lineage.graph import Graph
from pipeline.lineage.select import ROWS, Followed, LineageError, Place, Reading, parsed, reading_of

__all__ = ["ROWS", "Followed", "Graph", "LineageError", "Place", "Reading", "parsed", "reading_of"]
