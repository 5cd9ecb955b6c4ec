"""`mlgate registry rollback`: the same as rollback-model."""

from mlgate.steps.rollback_model import Inputs, run

__all__ = ["Inputs", "run"]
