"""Key rotation: one product of the last night made again under a new key, in one audited operation."""
