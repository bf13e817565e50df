"""Training of the model of emergency admission, offline; the night scores with what it wrote, in SQL."""

from pipeline.risk.train import TrainingRules, train_risk_model

__all__ = ["TrainingRules", "train_risk_model"]
