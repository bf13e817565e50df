"""The open product: aggregates of ``secondary_use`` under disclosure control, for anyone."""

from pipeline.open_product.release import judge_served, publish_open

__all__ = ["judge_served", "publish_open"]
