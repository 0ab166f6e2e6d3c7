"""People never caught by one source, from how often it caught the others."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np

from estimators.errors import ModelError
from estimators.lists import capture_answers
from estimators.lists.captures import Captures
from estimators.lists.outcome import Groups
from estimators.numeric.truncated_counts import Inflation
from estimators.priors import Prior

type Family = Literal["poisson", "geometric", "negative binomial", "zelterman", "chao"]
type Interval = Literal["log-normal", "normal", "bootstrap"]

FAMILIES: dict[str, str] = {
    "poisson": "captures of people alike in the covariates are Poisson: nobody is easier to catch than the covariates say",
    "geometric": "captures of people alike in the covariates are geometric: how easily they are caught is exponential",
    "negative binomial": "captures of people alike in the covariates are negative binomial: how easily they are caught is gamma",
    "zelterman": "people never caught are as easy to catch as those caught once or twice, given the covariates",
    "chao": "people never caught are at least as many as Poisson captures of people like those caught once or twice imply: a lower bound",
}
INFLATED: dict[str, str] = {
    "after truncation": "a share of those caught is caught no more, so that they count once whatever their mean (Godwin and Böhning 2017)",
    "before truncation": "a share of the whole population is caught exactly once for certain, and never missed",
}


@dataclass(frozen=True, repr=False)
class RepeatedCaptures:
    """People never caught by one source, from a regression of how often the others were caught.

    Parameters
    ----------
    family : {"poisson", "geometric", "negative binomial", "zelterman", "chao"}
        Distribution of captures in the whole population, of which those never caught are cut off; or the methods that use only those
        caught once or twice, Zelterman's and Chao's lower bound.
    covariates : tuple of str
        Columns that the log mean depends on.
    one_inflation : {"none", "after truncation", "before truncation"}
        More people caught exactly once than the family has. After truncation is the one-inflated positive Poisson of Godwin and Böhning,
        for people who leave or hide once caught; before truncation, a share of everybody is caught once for certain.
    interval : {"log-normal", "normal", "bootstrap"}
        Of the number never caught; ``bootstrap`` is BCa over populations drawn from the fit.
    replicates : int
        Of the bootstrap.

    Notes
    -----
    y | caught ~ f_y/(1 - f_0), with mean exp(x'β) before truncation and, for the negative binomial, variance μ + αμ². N = Σ 1/(1 - f_0)
    over those caught (Horvitz and Thompson); its variance is Σ f_0/(1 - f_0)² + g'V g, g the slope of N in the coefficients, V their
    covariance. A dispersion at 0, no extra ones, and a mean that nothing bounds are said or refused. People who cannot be caught at all
    are not in N.

    References
    ----------
    van der Heijden, P. G. M., Bustami, R., Cruyff, M., Engbersen, G. and van Houwelingen, H. C. 2003. Point and interval estimation of the
    population size using the truncated Poisson regression model. Statistical Modelling 3. doi:10.1191/1471082X03st057oa
    Cruyff, M. and van der Heijden, P. 2008. Zero-truncated negative binomial regression. Biometrical Journal 50. doi:10.1002/bimj.200810455
    Godwin, R. T. and Böhning, D. 2017. The one-inflated positive Poisson model. JRSS C 66. doi:10.1111/rssc.12192
    Böhning, D. and others 2013. A generalization of Chao's estimator for covariate information. Biometrics 69. doi:10.1111/biom.12082
    Böhning, D. and van der Heijden, P. 2019. The identity of the zero-truncated, one-inflated likelihood and the zero-one-truncated
    likelihood. Annals of Applied Statistics 13. doi:10.1214/18-AOAS1232

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> from estimators.lists.captures import read_captures
    >>> caught = read_captures(pd.DataFrame({"captures": [1, 2, 3, 4], "count": [70, 21, 4, 1]}))
    >>> estimate = est.fit(RepeatedCaptures(), caught, seed=1)["estimate"]
    >>> [round(float(estimate[end].item())) for end in ("lower", "point", "upper")]
    [165, 211, 288]
    """

    method: ClassVar[str] = "maximum likelihood"
    family: Family = "poisson"
    covariates: tuple[str, ...] = ()
    one_inflation: Inflation = "none"
    interval: Interval = "log-normal"
    replicates: int = 500

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ModelError(f"family {self.family!r}: expected one of {', '.join(FAMILIES)}")
        if self.one_inflation not in ("none", *INFLATED):
            raise ModelError(
                f"one_inflation {self.one_inflation!r}: expected 'none', 'after truncation' or 'before truncation'"
            )
        if self.interval not in get_args(Interval.__value__):
            raise ModelError(f"interval {self.interval!r}: expected 'log-normal', 'normal' or 'bootstrap'")
        if isinstance(self.covariates, str):
            raise ModelError(f"covariates {self.covariates!r}: expected a tuple of names, ({self.covariates!r},)")
        if not isinstance(self.replicates, int) or self.replicates < 100:
            raise ModelError(f"replicates {self.replicates!r}: expected a whole number, 100 or more")
        low = self.family in ("zelterman", "chao")
        if low and (self.one_inflation != "none" or self.interval == "bootstrap"):
            raise ModelError(
                f"family {self.family!r} uses people caught once or twice: expected no one-inflation and no bootstrap"
            )

    def __repr__(self) -> str:
        on = f"; the log mean depends on {', '.join(self.covariates)}" if self.covariates else ""
        ones = f"; {INFLATED[self.one_inflation]}" if self.one_inflation != "none" else ""
        how = (
            f"BCa over {self.replicates:,} populations drawn from the fit"
            if self.interval == "bootstrap"
            else self.interval
        )
        return (
            f"RepeatedCaptures, {self.family}: {FAMILIES[self.family]}{on}{ones}. Nobody enters or leaves the population, and "
            "everybody is recognised at every capture. Maximum likelihood, the population as a Horvitz-Thompson sum, with a "
            f"95 % {how} interval."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: maximum likelihood."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        ones = [INFLATED[self.one_inflation]] if self.one_inflation != "none" else []
        return (
            "nobody enters or leaves the population while people are caught",
            "everybody is recognised at every capture",
            "being caught does not change the chance of being caught again" if not ones else ones[0],
            FAMILIES[self.family],
        )

    def figures(self, captures: Captures) -> Captures:
        """The captures that this estimator reads."""
        if not isinstance(captures, Captures):
            raise ModelError(
                f"RepeatedCaptures reads captures: expected what read_captures returns, not {type(captures).__name__}"
            )
        return captures

    def answer(self, figures: Captures, sampling: object, rng: np.random.Generator) -> Groups:  # noqa: ARG002
        """Groups ``estimate``, ``coefficients`` and ``lists``."""
        if self.family in ("zelterman", "chao"):
            return capture_answers.low(figures, self)
        return capture_answers.truncated(figures, self, rng)
