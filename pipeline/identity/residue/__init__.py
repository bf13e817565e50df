"""Splink on what the trace leaves: the residue scored, and clustered at three thresholds.

The model is a fixed file (:mod:`.model`), the rules are constants (:mod:`.rules`), so that a night's links
are a function of the records and decisions alone.
"""

from __future__ import annotations

from pipeline.identity.residue.blocks import find_touched
from pipeline.identity.residue.cluster import cluster
from pipeline.identity.residue.model import Model, load_model, read_model
from pipeline.identity.residue.nodes import define_macros
from pipeline.identity.residue.rules import DEFAULT_RULES, ResidueRules
from pipeline.identity.residue.score import score_residue
from pipeline.identity.residue.shown import show_weights
from pipeline.identity.residue.train import TrainingRules, train
from pipeline.identity.residue.train_site import train_site_model
from pipeline.identity.residue.waterfall import Comparison, waterfall

__all__ = [
    "DEFAULT_RULES",
    "Comparison",
    "Model",
    "ResidueRules",
    "TrainingRules",
    "cluster",
    "define_macros",
    "find_touched",
    "load_model",
    "read_model",
    "score_residue",
    "show_weights",
    "train",
    "train_site_model",
    "waterfall",
]
