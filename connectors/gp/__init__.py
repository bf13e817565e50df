"""General practice: the bulk extracts of the two suppliers that most practices in England use."""

from connectors.declare import Source
from connectors.gp import emis, tpp

SOURCE = Source(word="gp", title="General practice", formats=(emis.FORMAT, tpp.FORMAT))
