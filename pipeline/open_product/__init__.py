"""The open product: aggregates of ``secondary_use`` under disclosure control, for anyone."""

from pipeline.open_product.release import publish_open

__all__ = ["publish_open"]
