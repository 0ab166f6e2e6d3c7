"""Any estimator of lists in each stratum, and the total with what all strata together leave open."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
import xarray as xr

from estimators.errors import DarkfigureError, DataError, IdentificationWarning, ModelError
from estimators.lists import outcome
from estimators.lists.outcome import Groups
from estimators.lists.table import EVERYONE, Lists
from estimators.priors import Prior


class ListEstimator(Protocol):
    """What an estimator of lists has, such as `BayesianLogLinear`."""

    def priors(self) -> tuple[Prior, ...]:
        """Priors, for the table."""
        ...

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted, in words."""
        ...

    def figures(self, lists: Lists) -> Lists:
        """The lists, if it can take them."""
        ...

    def answer(self, figures: Lists, sampling: Any, rng: np.random.Generator) -> Groups:
        """Groups of the result."""
        ...


ENDS = ("point", "lower", "upper")


@dataclass(frozen=True)
class Stratified:
    """The lists of every stratum.

    Parameters
    ----------
    lists : Lists
        Of everybody.
    strata : dict of str to Lists
        By label.
    """

    lists: Lists
    strata: dict[str, Lists]

    @cached_property
    def cells(self) -> xr.Dataset:
        """People listed in each stratum, and of all."""
        parts = [stratum.cells.assign_coords(area=[label]) for label, stratum in self.strata.items()]
        return xr.concat([*parts, self.lists.cells], "area", data_vars="minimal", coords="minimal").assign_attrs(
            self.lists.cells.attrs
        )


@dataclass(frozen=True, repr=False)
class ByStratum:
    """An estimator of lists fitted to each stratum by itself, and the total.

    Parameters
    ----------
    estimator : object
        Any estimator of lists, such as `BayesianLogLinear`.
    by : tuple of str
        Covariates whose combinations are the strata.

    Notes
    -----
    Strata have nothing in common, so their errors are independent. Of an estimator with a posterior, draws of the total are sums of
    independent draws of the strata, and exact. Of one with an estimate N_s and limits L_s, U_s, the total is Σ N_s with limits
    Σ N_s - √Σ (N_s - L_s)² and Σ N_s + √Σ (U_s - N_s)² (Zou and Donner 2008): each side of an interval carries the variance that belongs
    to its end, so that skewed intervals add up to a skewed interval, and no normal distribution is assumed of a stratum. Where one
    stratum has no estimate there is no total either, never a total of the rest.

    References
    ----------
    Sekar, C. C. and Deming, W. E. 1949. On a method of estimating birth and death rates and the extent of registration. Journal of the
    American Statistical Association 44. doi:10.1080/01621459.1949.10483294
    Zou, G. Y. and Donner, A. 2008. Construction of confidence limits about effect measures. Statistics in Medicine 27.
    doi:10.1002/sim.3095

    Examples
    --------
    >>> import pandas as pd
    >>> import estimators as est
    >>> from estimators.lists.independence import Independence
    >>> figures = {"a": [1, 0, 0, 1, 1, 0, 1], "b": [0, 1, 0, 1, 0, 1, 1], "c": [0, 0, 1, 0, 1, 1, 1], "n": [60, 45, 30, 20, 13, 10, 4]}
    >>> both = pd.concat([pd.DataFrame(figures).assign(sex="f"), pd.DataFrame(figures).assign(sex="m")])
    >>> tree = est.fit(ByStratum(Independence(), by=("sex",)), est.read_lists(both), seed=1)
    >>> tree["estimate"]["area"].values.tolist()
    ['f', 'm', 'all']
    """

    method: ClassVar[str] = "each stratum by itself"
    estimator: ListEstimator
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        if isinstance(self.by, str) or not self.by:
            raise ModelError(f"by {self.by!r}: expected names of covariates, such as ('sex',)")
        missing = [name for name in ("figures", "answer") if not callable(getattr(self.estimator, name, None))]
        if missing or isinstance(self.estimator, type | ByStratum):
            raise ModelError(
                f"estimator {self.estimator!r}: expected an estimator of lists, such as BayesianLogLinear()"
            )

    def __repr__(self) -> str:
        return (
            f"ByStratum. Each combination of {' and '.join(self.by)} is a population of its own, estimated by itself; the total adds "
            f"independent strata. In each: {self.estimator!r}"
        )

    def priors(self) -> tuple[Prior, ...]:
        """Those of the estimator, in every stratum."""
        return self.estimator.priors()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            f"everybody is in one stratum of {' and '.join(self.by)}, the same one on every list",
            "what is found in one stratum says nothing of another",
            *self.estimator.assumptions(),
        )

    def figures(self, lists: Lists) -> Stratified:
        """The lists of every stratum.

        Raises
        ------
        ModelError
            Naming every stratum that the estimator cannot take, and why.
        """
        if not isinstance(lists, Lists):
            raise ModelError(f"ByStratum reads lists: expected what read_lists returns, not {type(lists).__name__}")
        strata = {
            label: Lists(
                part.names, part.on, part.counts, part.censored, part.covariates.drop(columns=list(self.by)), part.label
            )
            for label, part in lists.strata(self.by).items()
        }
        if EVERYONE in strata:
            raise ModelError(f"a stratum is named {EVERYONE!r}, which is the total's name: expected another")
        refused: dict[str, str] = {}
        for label, part in strata.items():
            empty = [name for name, size in zip(part.names, part.sizes, strict=True) if not size]
            try:
                self.estimator.figures(part)
            except (ModelError, DataError) as error:
                refused[label] = str(error)
            if empty:
                refused[label] = f"nobody is on {', '.join(empty)}"
        self._refuse(refused)
        return Stratified(lists, strata)

    def answer(self, figures: Stratified, sampling: Any, rng: np.random.Generator) -> Groups:
        """Groups of the estimator with one area for each stratum and one for all; its further groups are left out."""
        found: dict[str, Groups] = {}
        refused: dict[str, str] = {}
        for label, part in figures.strata.items():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", IdentificationWarning)  # told again below, with the stratum's name
                    found[label] = self.estimator.answer(part, sampling, rng)
            except DarkfigureError as error:
                refused[label] = str(error)
        self._refuse(refused)
        told = [
            (label, text) for label, groups in found.items() for text in json.loads(groups["lists"].attrs["cautions"])
        ]
        each = {label: str(groups["lists"].attrs["rests_on"]) for label, groups in found.items()}
        if len(set(each.values())) == 1:
            rests_on = f"in every stratum of {' and '.join(self.by)}: {next(iter(each.values()))}"
        else:  # methods that choose their terms choose others in each
            rests_on = "; ".join(f"in {label}: {text}" for label, text in each.items())
        cautions = [f"{label}: {text}" for label, text in told]
        known = {"rests_on": rests_on, "cautions": cautions}
        if all("posterior" in groups for groups in found.values()):
            return _drawn(figures, found, known)
        unknown = {
            label: "its limits are no numbers"
            for label, groups in found.items()
            if any(np.isnan(groups["estimate"][name]).any() for name in ENDS)
        }
        self._refuse(unknown)
        return _estimated(figures, found, known)

    def _refuse(self, refused: dict[str, str]) -> None:
        if refused:
            why = "; ".join(f"{label}: {text}" for label, text in refused.items())
            raise ModelError(
                f"ByStratum has no estimate of {len(refused)} of the strata of {', '.join(self.by)}: {why}. No total is given without "
                "them: join strata, or leave theirs out with Lists.only"
            )


def _drawn(figures: Stratified, found: Mapping[str, Groups], known: Mapping[str, Any]) -> Groups:
    """Groups of strata with a posterior."""
    parts = [
        groups["posterior"][["true_count", "reporting_probability"]].assign_coords(area=[label])
        for label, groups in found.items()
    ]
    strata = xr.concat(parts, "area")
    total = strata["true_count"].sum("area")
    statistics = _statistics(found)
    groups = outcome.drawn(figures.lists, total.squeeze("period", drop=True).values, statistics=statistics, **known)
    listed = (strata["true_count"] * strata["reporting_probability"]).sum("area")
    whole = groups["posterior"].assign(reporting_probability=(listed / total).expand_dims(area=[EVERYONE]))
    return groups | {"posterior": xr.concat([strata, whole], "area").transpose("chain", "draw", "area", "period")}


def _statistics(found: Mapping[str, Groups]) -> xr.Dataset | None:
    """The worst of the strata, where all have importance weights."""
    if not all("pareto_k" in groups.get("sample_stats", ()) for groups in found.values()):
        return None
    several = [groups["sample_stats"] for groups in found.values()]
    values = {
        "pareto_k": max(float(one["pareto_k"]) for one in several),
        "effective_draws": min(float(one["effective_draws"]) for one in several),
        "proposed_draws": sum(float(one["proposed_draws"]) for one in several),
    }
    return xr.Dataset({name: ((), value) for name, value in values.items()})


def _estimated(figures: Stratified, found: Mapping[str, Groups], known: Mapping[str, Any]) -> Groups:
    """Groups of strata with an estimate and limits."""
    parts = [groups["estimate"][list(ENDS)].assign_coords(area=[label]) for label, groups in found.items()]
    strata = xr.concat(parts, "area", combine_attrs="override")
    point, lower, upper = (strata[name].values.ravel() for name in ENDS)
    total = float(point.sum())
    below, above = (float(np.sqrt(((point - end) ** 2).sum())) for end in (lower, upper))
    interval = f"{strata.attrs['interval']} in each stratum, sides added as variances"
    groups = outcome.estimated(figures.lists, total, (total - below, total + above), interval=interval, **known)
    whole = groups["estimate"]
    return groups | {"estimate": xr.concat([strata, whole], "area", combine_attrs="drop").assign_attrs(whole.attrs)}
