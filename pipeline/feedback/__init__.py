"""The feedback pack: what each sender hears of its night, so that it mends everything at once.

One pack a feed and run, ``audit/feedback/<source>/<sender>/<run>.jsonl`` and the same as ``.xlsx``: files,
rules (file refused, row refused, warning), row numbers, the trend, references that resolve to nothing. It
names a row by its number and line in the sender's own file and holds nothing else of it: the key column of a
row that was refused may hold anything.
"""

from pipeline.feedback.gather import Pack
from pipeline.feedback.keep import Kept, list_feedback, read_feedback, write_feedback

__all__ = ["Kept", "Pack", "list_feedback", "read_feedback", "write_feedback"]
