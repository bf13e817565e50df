"""How long things are kept: the schedule as data, and what it says is over. Nothing is destroyed here.

:mod:`pipeline.retention.find` looks at what is published; publishing asks :mod:`pipeline.retention.schedule`.
"""
