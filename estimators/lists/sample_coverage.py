"""Sample coverage: an estimate that lets lists depend on each other without a model of how."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from estimators.errors import ExistenceError, ModelError
from estimators.lists import cautions, outcome, refusals
from estimators.lists.table import Lists
from estimators.numbers import percent
from estimators.numeric import sample_coverage
from estimators.numeric.lognormal_limits import above_counted
from estimators.priors import Prior

type Form = Literal["automatic", "high", "low"]

ENOUGH = 0.55  # sample coverage above which the high-coverage form is safe (Chao et al. 2001)
WITHOUT = 0.005  # share of bootstrap samples without an estimate that needs a word
NO_LIMIT = 0.025


@dataclass(frozen=True, repr=False)
class SampleCoverage:
    """People on no list, from how much of each list the other lists hold.

    Parameters
    ----------
    form : {"automatic", "high", "low"}
        The form for high sample coverage, which needs 55 % to be stable, or the one-step form for low coverage, which is stable and too
        low where lists depend strongly; automatically the one that suits the coverage.
    replicates : int
        Bootstrap samples for the standard error.

    Notes
    -----
    Sample coverage C is 1 less the share of a list that no other list holds, averaged over lists. N = D/C + Σ A_ij r_ij/(t C), where D is
    the number listed when one list is left out, averaged, A_ij the people on i or j and on none else, those on both twice, and r_ij how
    much more often lists i and j meet than independent lists would, which itself depends on N. Lists may lead to each other and
    people may differ; what is left out is dependence that shows in no pair of lists. The standard error is that of a parametric
    bootstrap, from the quartiles of its logs, the interval log-normal in the number on no list.

    References
    ----------
    Chao, A. and Tsay, P. K. 1998. A sample coverage approach to multiple-system estimation. JASA 93, 283-293.
    Chao, A., Tsay, P. K., Lin, S.-H., Shau, W.-Y. and Chao, D.-Y. 2001. The applications of capture-recapture models to epidemiological
    data. Statistics in Medicine 20. doi:10.1002/sim.996
    Lee, S.-M. and Chao, A. 1994. Estimating population size via sample coverage. Biometrics 50, 88-97.

    Examples
    --------
    Hepatitis A in a college of Taiwan, three lists (Chao, Tsay and others 2001).

    >>> import pandas as pd
    >>> import estimators as est
    >>> on = {"serum": [1, 0, 0, 1, 1, 0, 1], "hospital": [0, 1, 0, 1, 0, 1, 1], "survey": [0, 0, 1, 0, 1, 1, 1]}
    >>> lists = est.read_lists(pd.DataFrame(on | {"count": [69, 55, 63, 21, 17, 18, 28]}))
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # the lists hold only 51 % of each other's people
    ...     post = est.fit(SampleCoverage(form="low"), lists, seed=1)
    >>> round(float(post["estimate"]["point"].item())), round(float(post["estimate"]["sample_coverage"].item()), 3)
    (508, 0.513)
    """

    method: ClassVar[str] = "moments"
    form: Form = "automatic"
    replicates: int = 1000

    def __post_init__(self) -> None:
        if self.form not in ("automatic", "high", "low"):
            raise ModelError(f"form {self.form!r}: expected 'automatic', 'high' or 'low'")
        if not isinstance(self.replicates, int) or self.replicates < 100:
            raise ModelError(f"replicates {self.replicates!r}: expected a whole number, 100 or more")

    def __repr__(self) -> str:
        form = {
            "automatic": f"for high coverage where at least {percent(ENOUGH)} is covered, else the one-step form for low coverage",
            "high": "for high coverage",
            "low": "for low coverage, one step",
        }[self.form]
        return (
            f"SampleCoverage, the form {form} (Chao, Tsay and others 2001). Nobody enters or leaves the population, everybody listed is "
            f"recognised on other lists; lists may lead to each other and people may differ. The standard error is that of "
            f"{self.replicates:,} bootstrap samples, the interval log-normal in the number on no list."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: moments."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "nobody enters or leaves the population while the lists are made",
            "everybody is recognised on every list: no two records of one person are taken for two people, or of two for one",
            "how lists depend on each other shows in how often pairs of them meet",
        )

    def figures(self, lists: Lists) -> Lists:
        """The lists that this estimator reads."""
        return outcome.taken(lists, "SampleCoverage", fewest=3, most=12)

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> outcome.Groups:  # noqa: ARG002
        """Groups ``estimate`` and ``lists``."""
        found = sample_coverage.covered(figures.table)
        share, listed = float(found.share), figures.observed
        form = self.form if self.form != "automatic" else "high" if share >= ENOUGH else "low"
        point = float(getattr(found, form))
        if not share > 0.0:
            raise ExistenceError(f"SampleCoverage: {refusals.NO_OVERLAP}: nothing is covered, and there is no estimate")
        if np.isnan(point):
            text = "the lists meet so often that the form for high coverage has no finite estimate; form='low' has one"
            raise ExistenceError(f"SampleCoverage: {text}")
        if point <= listed:
            text = f"the estimate, {point:,.0f}, is below the {listed:,} people listed: lists that lead away from each other have none"
            raise ExistenceError(f"SampleCoverage: {text}")
        tables = sample_coverage.resampled(figures.table, point, self.replicates, rng)
        again = getattr(sample_coverage.covered(tables), form)
        without = float(np.mean(~np.isfinite(again)))
        error = sample_coverage.robust_error(again, listed, point - listed)
        lower, upper = above_counted(point, listed, error) if np.isfinite(error) else (listed, np.inf)
        limits = (lower, np.inf if without > NO_LIMIT else upper)
        found_wanting = [*cautions.of_estimate(figures, point, limits), *self._cautions(share, form, without)]
        return outcome.estimated(
            figures,
            point,
            limits,
            interval="95 % log-normal, bootstrap standard error",
            rests_on=self.assumptions()[-1],
            cautions=found_wanting,
            more={"standard_error": error, "sample_coverage": share, "at_independence": float(found.independent)},
        )

    def _cautions(self, share: float, form: str, without: float) -> list[str]:
        texts = []
        if share < ENOUGH:
            does = (
                "may be far off, high or low"
                if form == "high"
                else "is likely to be too low where lists lead to each other"
            )
            texts.append(
                f"the lists hold only {percent(share)} of each other's people, weighed as this method does (55 % is enough): "
                f"this form {does}"
            )
        if without > WITHOUT:
            texts.append(
                f"{100 * without:.1f} % of the bootstrap samples have no finite estimate: the interval is too narrow, or has no upper end"
            )
        return texts
