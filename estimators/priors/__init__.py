"""What is assumed before the figures are seen, each assumption with its reason."""

from estimators.priors.claim import Claim
from estimators.priors.external import Adjustment, ExternalEstimate
from estimators.priors.incidence import gamma_prior
from estimators.priors.prior import Prior, prior_table

__all__ = ["Adjustment", "Claim", "ExternalEstimate", "Prior", "gamma_prior", "prior_table"]
