"""Latent classes: people differ in how likely each list is to hold them, and nobody says how many kinds there are."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr

from estimators.errors import ModelError
from estimators.lists.outcome import Groups, drawn, taken
from estimators.lists.refusals import few_overlaps
from estimators.lists.table import Lists
from estimators.numeric import latent_sampling, patterns
from estimators.numeric.latent_class import Model
from estimators.priors import Prior

MOST = 16
FITTED = 10  # lists up to which expected people of every pattern are computed
FULL = 0.5
RESTS_ON = "lists independent of each other among people of one class, and classes that the people seen show"


@dataclass(frozen=True, repr=False)
class LatentClass:
    """True count where people fall into classes, within which lists are independent of each other.

    Parameters
    ----------
    classes : int
        Most classes; the posterior uses as many as it needs.
    a, b : float
        Shape and rate of the gamma prior of the concentration α of the Dirichlet process.
    chains : int
        Chains, 4 or more; they are moved together, so that many cost little more than few. Each is a ladder of six, on tables with fewer
        and fewer of the people, whose neighbours exchange places: so it passes from mode to mode.
    warm_up, longest : int
        Sweeps thrown away, and the most that are kept. Sampling ends before, when R-hat is at most 1.01 and 400 draws are effective.

    Notes
    -----
    Person i is of class k with probability π_k, built by breaking a stick, π_k = V_k ∏_{l<k} (1 - V_l), V_k ~ Beta(1, α), the last class
    taking the rest; list j holds somebody of class k with probability λ_kj ~ Uniform(0, 1); π(N) ∝ 1/N (Manrique-Vallier 2016). The Gibbs
    sampler draws cells, never persons; between its sweeps, long steps with everybody's class and the number on no list summed out move
    along the ridges of the posterior. Shares of the concentration's sticks beyond the last class in use are integrated out.

    A few lists say little of classes: the posterior often has several modes, far apart in N, between which chains pass seldom. Where they
    have not agreed, the result says so and is not to be published.

    References
    ----------
    Manrique-Vallier, D. 2016. Bayesian population size estimation using Dirichlet process mixtures. Biometrics 72.
    doi:10.1111/biom.12502

    Examples
    --------
    >>> import estimators as est
    >>> import pandas as pd
    >>> on = {"a": [1, 0, 0, 1, 1, 0, 1], "b": [0, 1, 0, 1, 0, 1, 1], "c": [0, 0, 1, 0, 1, 1, 1]}
    >>> lists = est.read_lists(pd.DataFrame(on).assign(count=[50, 45, 40, 12, 9, 11, 3]))
    >>> post = est.fit(LatentClass(classes=1), lists, seed=1)  # one class: the lists are independent
    >>> float(post["posterior"]["true_count"].median())
    341.0
    """

    classes: int = 10
    a: float = 0.25
    b: float = 0.25
    chains: int = 8
    warm_up: int = 200
    longest: int = 1000

    method: ClassVar[str] = "Gibbs sampler"

    def __post_init__(self) -> None:
        limits = {"classes": (1, 50), "chains": (4, 1000), "warm_up": (50, 10**6), "longest": (50, 10**6)}
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise ModelError(f"{name} {value!r}: expected a whole number from {least} to {most}")
        for name in ("a", "b"):
            value = getattr(self, name)
            if not (np.isfinite(value) and 1e-3 <= value <= 1e3):
                raise ModelError(f"{name} {value!r}: expected a number between 0.001 and 1000")

    def __repr__(self) -> str:
        return (
            f"LatentClass. People fall into at most {self.classes} classes with shares from a Dirichlet process of concentration "
            f"α ~ gamma({self.a:g}, {self.b:g}); within a class lists are independent and hold people with probabilities that are uniform "
            f"before; π(N) ∝ 1/N (Manrique-Vallier 2016). Gibbs sampler, {self.chains} chains, with parallel tempering and steps in which "
            "classes are summed out, until R-hat ≤ 1.01."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The prior of the concentration."""
        text = "how evenly people spread over classes: near 0 for one class"
        return (Prior("concentration", text, "gamma", (self.a, self.b), "Manrique-Vallier 2016, as widely used"),)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "people of one class are alike, and being on one list changes nothing about the others",
            f"rests on {RESTS_ON}: a class that no list holds cannot be seen",
            "the population is closed, and who is on two lists is recognised",
        )

    def figures(self, lists: Lists) -> Lists:
        """The lists, if this estimator can take them."""
        return taken(lists, "LatentClass", fewest=2 if self.classes == 1 else 3, most=MOST)

    def answer(self, figures: Lists, sampling: object, rng: np.random.Generator) -> Groups:  # noqa: ARG002
        """Draws of the true count, how well the chains agree, and expected people of each pattern."""
        lists, table = len(figures.names), figures.table
        seen = np.concatenate([[0], np.flatnonzero(table)])
        on = patterns.on_lists(lists).astype(np.float64)
        model = Model(on[seen], table[seen].astype(np.int64)[None, :], self.classes, self.a, self.b)
        wanted = on if lists <= FITTED else on[:0]
        run = latent_sampling.run(model, self.chains, self.warm_up, self.longest, wanted, rng)
        return drawn(
            figures,
            run.true_count,
            rests_on=RESTS_ON,
            cautions=self._cautions(figures, run),
            fitted=run.fitted if len(wanted) else None,
            statistics=_statistics(run),
        )

    def _cautions(self, lists: Lists, run: latent_sampling.Run) -> list[str]:
        out = []
        if not (lists.on.sum(axis=1) > 1).any():
            out.append("nobody is on two lists: how many are on none is the prior's answer")
        else:
            out += few_overlaps(lists)
        if len(lists.names) == 3 and self.classes > 1:
            out.append("of three lists no figure tells one class from two: the prior decides between them")
        if not run.mixed:
            text = f"the chains do not agree: R-hat {run.r_hat:.3f}, {min(run.bulk, run.tail):,.0f} effective draws"
            out.append(
                f"{text}, where 1.01 and 400 are asked; a longer run (longest) may do, or the figures do not tell"
            )
        if self.classes > 1 and float((run.used == self.classes).mean()) > FULL:
            out.append(f"all {self.classes} classes are in use: give more classes")
        return out


def _statistics(run: latent_sampling.Run) -> xr.Dataset:
    chains, sweeps = run.used.shape
    values = {
        "classes_used": (("chain", "draw"), run.used),
        "r_hat": ((), run.r_hat),
        "ess_bulk": ((), run.bulk),
        "ess_tail": ((), run.tail),
        "accepted": ((), run.accepted),
        "exchanged": ((), run.exchanged),
    }
    return xr.Dataset(values, coords={"chain": np.arange(chains), "draw": np.arange(sweeps)})
