"""A make-believe health economy of any size, in the senders' own formats, with its truth beside it.

Nobody in it exists: names come from short lists, NHS numbers from the range that is never issued,
postcodes and areas are made up on real outward codes.
"""

from __future__ import annotations

from synthetic.economy import Summary, synthesise

__all__ = ["Summary", "synthesise"]
