"""General practice: the bulk extracts of the two suppliers that practices in England use most."""

from connectors.declare import Source

SOURCE = Source(word="gp", title="General practice", formats=())
