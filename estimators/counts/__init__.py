"""One count, one reporting probability: the estimators, each a value that says what it assumes."""

from estimators.counts.anchor_budget import AnchorBudget
from estimators.counts.bounds import Bounds
from estimators.counts.hierarchical import HierarchicalThinnedPoisson
from estimators.counts.misclassification import Misclassification
from estimators.counts.multiplier import Multiplier
from estimators.counts.multiplier_tree import MultiplierTree
from estimators.counts.thinned_negative_binomial import ThinnedNegativeBinomial
from estimators.counts.thinned_poisson import ThinnedPoisson
from estimators.counts.validated_regression import ValidatedRegression

__all__ = [
    "AnchorBudget",
    "Bounds",
    "HierarchicalThinnedPoisson",
    "Misclassification",
    "Multiplier",
    "MultiplierTree",
    "ThinnedNegativeBinomial",
    "ThinnedPoisson",
    "ValidatedRegression",
]
