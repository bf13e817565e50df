"""Did an intervention work: the people who got it beside people like them who did not, before and after.

Reads the published tables of ``secondary_use`` and a list of pseudonyms; what it writes holds no person.
"""

from pipeline.evaluation.evaluate import Evaluation, evaluate
from pipeline.evaluation.rules import EvaluationRules

__all__ = ["Evaluation", "EvaluationRules", "evaluate"]
