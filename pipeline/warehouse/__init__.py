"""The warehouse of one product: what lies beside the pseudonymised rows, and dbt's one process."""

from pipeline.warehouse.build import build
from pipeline.warehouse.carried import carry
from pipeline.warehouse.dbt import require_installed
from pipeline.warehouse.export import export

__all__ = ["build", "carry", "export", "require_installed"]
