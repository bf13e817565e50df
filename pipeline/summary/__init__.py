"""What a run did, for a person at 3 a.m. and for machines: read from the ledger and what is published."""

from pipeline.summary.figures import Summary, summarise
from pipeline.summary.page import as_text, render

__all__ = ["Summary", "as_text", "render", "summarise"]
