"""What every page of the pipeline shares: templates, style, drawings, escaping, and how a page is written.

A page is one HTML file that needs nothing beside it: no script, no font, no address is fetched.
"""

from pipeline.pages.render import VERDICT_STYLE, render
from pipeline.pages.words import number, words
from pipeline.pages.write import write_page

__all__ = ["VERDICT_STYLE", "number", "render", "words", "write_page"]
