"""A claim about the reporting probability: who said it, of what, how sure, and from which figures."""

from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Literal

from estimators.errors import DataError, Problem
from estimators.priors import elicitation
from estimators.priors.elicitation import MEANINGS, Meaning
from estimators.priors.phrases import HIDDEN, reported_shares
from estimators.priors.prior import Prior

DEFAULT_FACTOR = 3.0
DEFAULT_MASS = 0.95
WIDEST_FACTOR = 1e6  # beyond it the claim says nothing


@dataclass(frozen=True)
class Claim:
    """What somebody says about the share of cases that are reported, as a distribution with its reasons.

    Parameters
    ----------
    statement : str
        A point (``"1 in 100"``, ``"4 %"``, ``"96 % hidden"``) or a range (``"1 in 50 to 1 in 200"``).
    by : str
        The person or body that says so.
    area, period : str
        What the claim is about; empty means that it does not say.
    within : float, optional
        Credibility of a point: true within this factor with probability `confidence`. Default 3.
    confidence : float
        Probability that goes with `within`.
    mass : float, optional
        Probability that a range holds. Default .95.
    concentration : float, optional
        Instead of `within`, for a beta: a + b, the number of cases the claim is worth.
    meaning : {"median", "mean", "mode", "mean of 1/rho", "mode of 1/rho"}
        Which feature of the distribution the point is.
    family : {"logit-normal", "beta"}
        Family of the distribution.
    derived_from : str
        The figures the claim was made from, e.g. ``"hotline"``: it is then no independent anchor beside them.

    Raises
    ------
    DataError
        If the statement is not understood or the credibility does not fit it.
    ModelError
        If no distribution of the family says so.

    Notes
    -----
    For a point with the logit-normal family, logit ρ ~ Normal(logit(1/K), σ²) with σ = log(within)/z, z the normal quantile of the
    central `confidence` (1.645 for 90 %).

    Examples
    --------
    >>> claim = Claim("1 in 100", by="Consejo Ciudadano", area="MEX", within=3, derived_from="hotline")
    >>> claim.prior.formula
    'logit-normal(mean = -4.595, sd = 0.6679)'
    >>> [round(1 / share) for share in claim.prior.quantile([0.025, 0.5, 0.975])]
    [368, 100, 28]
    """

    statement: str
    by: str = ""
    area: str = ""
    period: str = ""
    within: float | None = None
    confidence: float = 0.9
    mass: float | None = None
    concentration: float | None = None
    meaning: Meaning = "median"
    family: Literal["logit-normal", "beta"] = "logit-normal"
    derived_from: str = ""

    def __post_init__(self) -> None:
        _check(self)
        _ = self.prior

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """The share or the two ends of the range of shares that are said to be reported."""
        return reported_shares(self.statement)

    @cached_property
    def prior(self) -> Prior:
        """The claim as a prior on the reporting probability."""
        family, parameters = self.family, _parameters(self)
        return Prior("reporting_probability", self.description, family, parameters, self._reason())

    @property
    def name(self) -> str:
        """Short name for tables, e.g. ``claim: 1 in 100 (Consejo Ciudadano)``."""
        return f"claim: {self.statement}" + (f" ({self.by})" if self.by else "")

    @property
    def description(self) -> str:
        """What the claim says, in words."""
        said = f"{self.statement} reported"
        if HIDDEN.search(self.statement.lower()):
            said = f"{self.statement}, which is {' to '.join(f'{100 * share:.4g} %' for share in self.shares)} reported"
        if len(self.shares) == 2:
            return f"{said}, with probability {100 * self._mass():.0f} %"
        if self.concentration is not None:
            return f"{said} ({self.meaning}), worth {self.concentration:g} cases"
        return f"{said} ({self.meaning}), true within a factor {self._factor():g} with {100 * self.confidence:.0f} %"

    def _reason(self) -> str:
        said = f"said by {self.by}" if self.by else "an assumption; nobody is named for it"
        about = " ".join(part for part in (self.area, self.period) if part)
        origin = f"; made from: {self.derived_from}" if self.derived_from else ""
        return said + (f" about {about}" if about else "") + origin

    def _factor(self) -> float:
        return DEFAULT_FACTOR if self.within is None else self.within

    def _mass(self) -> float:
        return DEFAULT_MASS if self.mass is None else self.mass


def _parameters(claim: Claim) -> tuple[float, float]:
    beta = claim.family == "beta"
    if len(claim.shares) == 2:
        match_range = elicitation.beta_from_range if beta else elicitation.logit_normal_from_range
        return match_range(claim.shares[0], claim.shares[1], claim._mass())
    share = claim.shares[0]
    if claim.concentration is not None:
        return elicitation.beta_from_concentration(share, claim.concentration, claim.meaning)
    if beta:
        return elicitation.beta_from_point(share, claim._factor(), claim.confidence, claim.meaning)
    sd = log(claim._factor()) / elicitation.normal_quantile_of_central(claim.confidence)
    return elicitation.logit_normal_from_point(share, sd, claim.meaning)


def _check(claim: Claim) -> None:
    point = len(claim.shares) == 1
    wrong: list[tuple[str, object, str]] = []
    if claim.within is not None and not 1.0 < claim.within <= WIDEST_FACTOR:
        wrong.append(("within", claim.within, f"a factor greater than 1 and at most {WIDEST_FACTOR:,.0f}"))
    if not 0.0 < claim.confidence < 1.0:
        wrong.append(("confidence", claim.confidence, "a probability between 0 and 1"))
    if claim.mass is not None and not 0.0 < claim.mass < 1.0:
        wrong.append(("mass", claim.mass, "a probability between 0 and 1"))
    if claim.family not in ("logit-normal", "beta"):
        wrong.append(("family", claim.family, "'logit-normal' or 'beta'"))
    if claim.meaning not in MEANINGS:
        wrong.append(("meaning", claim.meaning, "one of " + ", ".join(MEANINGS)))
    if point and claim.mass is not None:
        wrong.append(("mass", claim.mass, "within= and confidence= for a point; mass= belongs to a range"))
    if not point and claim.within is not None:
        wrong.append(("within", claim.within, "mass= for a range; within= belongs to a point"))
    if not point and claim.meaning != "median":
        wrong.append(("meaning", claim.meaning, "no meaning= for a range"))
    if claim.concentration is not None:
        if claim.family != "beta" or not point:
            wrong.append(("concentration", claim.concentration, "family='beta' and a point claim"))
        elif claim.within is not None:
            wrong.append(("concentration", claim.concentration, "either within= or concentration=, not both"))
        elif not 0.0 < claim.concentration < float("inf"):
            wrong.append(("concentration", claim.concentration, "a positive number of cases"))
    if wrong:
        raise DataError([Problem("claim", None, name, str(value), expected) for name, value, expected in wrong])
