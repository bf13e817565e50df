"""``python -m pipeline.cli`` is ``wsic``."""

from pipeline.cli import main

main()
