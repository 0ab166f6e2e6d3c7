"""Benchmark and multiplier: a hidden total from counts of its parts and surveys of how it splits."""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from estimators.counts.branches import Branch
from estimators.counts.cells import Array, Groups, exact_counts, read_figures
from estimators.counts.tree_answer import answer, conflict, log_prior_of, own_estimates
from estimators.counts.tree_counts import check_counts, statistics, surprises
from estimators.counts.tree_paths import Tree, checked
from estimators.errors import IdentificationWarning, ModelError, PriorWarning
from estimators.evidence import Evidence
from estimators.numeric import trees
from estimators.priors import Prior

CONFLICT = 0.05


@dataclass(frozen=True, repr=False)
class MultiplierTree:
    """The size of a hidden population from counts of some of its parts, and surveys of how large these parts are.

    Parameters
    ----------
    branches : tuple of Branch
        Parts of the population, parts of parts, and what is known of the share of each. Those with an indicator are counted.
    root_prior : "scale-invariant" or Prior
        Of the population: π(Z) ∝ 1/Z, or a log-normal or gamma prior with its reason.
    form : str
        Which figures of the evidence are read.

    Notes
    -----
    A group of n splits as Multinomial(n; shares), shares beta or Dirichlet: of a survey that found k of m, Beta(1 + k, 1 + m - k).
    Unobserved nodes on the way thin: their shares multiply. A count below another says nothing more of the root. With q_j the
    probability of the way to count y_j, Q = Σ q_j and Y = Σ y_j, Z - Y | q ~ NegBin(Y, Q) and π(q | y) ∝ π(q) Π (q_j/Q)^{y_j}. Where every
    count is a beta share of what the counts before it leave, Z is summed out: π(Z) Π BetaBin(y_j | Z - y_1 - … ; a_j, b_j). One count
    alone has E Z = y Π (a + b - 1)/(a - 1), for all a > 1 only. Else points of q are weighted, and Pareto k̂ is in ``sample_stats``.

    Each path is also read alone, in the group ``paths``; its conflict p says how far out its count lies in what the surveys forecast,
    given the total counted. Paths in conflict are not averaged away: a warning says so, and so does `estimators.identification`.

    References
    ----------
    Flynn, M. J. and Gustafson, P. 2025. AutoWMM and JAGStree: R packages for population size estimation on relational tree-structured data.
    doi:10.48550/arXiv.2506.21023

    Examples
    --------
    >>> import estimators as est
    >>> tree = MultiplierTree((Branch("identified", "all victims", survey=(9, 30), indicator="victims_identified"),))
    >>> post = est.fit(tree, est.single_figure(500), seed=1)
    >>> post["quantiles"]["true_count"].sel(probability=[0.025, 0.5, 0.975]).values.ravel().round(-2).tolist()
    [1000.0, 1600.0, 3000.0]
    """

    branches: tuple[Branch, ...]
    root_prior: Literal["scale-invariant"] | Prior = "scale-invariant"
    form: str = "all"

    def __post_init__(self) -> None:
        object.__setattr__(self, "branches", tuple(self.branches))
        _ = checked(self.branches)
        if isinstance(self.root_prior, Prior) and self.root_prior.family not in ("log-normal", "gamma"):
            raise ModelError(f"prior of the population {self.root_prior.formula}: expected a log-normal or a gamma")
        if not isinstance(self.root_prior, Prior) and self.root_prior != "scale-invariant":
            raise ModelError(f"root_prior {self.root_prior!r}: expected 'scale-invariant' or a Prior")

    @property
    def tree(self) -> Tree:
        """The branches as one tree."""
        return Tree(self.branches)

    def __repr__(self) -> str:
        told = "; ".join(
            f"{branch.name} of {branch.of}, {branch.known}{f', counted as {branch.indicator}' if branch.indicator else ''}"
            for branch in self.branches
        )
        prior = (
            "π(Z) ∝ 1/Z"
            if not isinstance(self.root_prior, Prior)
            else f"{self.root_prior.formula} ({self.root_prior.reason})"
        )
        return (
            f"MultiplierTree. The size Z of {self.tree.root!r}, prior {prior}, is estimated from counts of its parts and from what is "
            f"known of their shares: {told}. Counts are multinomial given the shares, unobserved parts summed out; the posterior is exact "
            f"{'by summation' if self.tree.chain else 'up to the weights of its points'}."
        )

    def priors(self) -> tuple[Prior, ...]:
        """The shares, and the population where it has a proper prior."""
        found = [self.root_prior] if isinstance(self.root_prior, Prior) else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PriorWarning)  # said once, of the estimate itself
            for group, (names, split) in self.tree.splits.items():
                for name, law in zip(names, split.laws, strict=False):
                    part = next(branch for branch in self.branches if branch.name == name)
                    what = (
                        f"share of {name} in {group}"
                        if name == names[0] or not split.stick
                        else f"share of {name} in the rest of {group}"
                    )
                    reason = part.known if part.prior is None else getattr(part.prior, "reason", "") or part.known
                    found.append(Prior(what, part.known, law[0], (law[1], law[2]), reason))
        return tuple(found)

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            "whoever was surveyed is a random sample of the group that the survey is said to be of",
            "every person counted in a part belongs to the group above it, and nobody is counted in two parts of a group",
            "areas and periods are read independently, each with the same shares",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """Counts of every counted node; a part must not exceed the count of a group that it belongs to.

        Raises
        ------
        DataError
            Naming the cell and the two counts, or the cell where some counts are missing and others are not.
        """
        tree = self.tree
        read = [read_figures(evidence, branch.indicator, self.form, population="if there") for branch in tree.counted]
        first, names = read[0], [branch.name for branch in tree.counted]
        counts = np.stack(
            [exact_counts(each.reindex_like(first), "MultiplierTree").figures["reported"].values for each in read]
        )
        figures = first.assign(counts=(("node", "area", "period"), counts.astype(float)), node=("node", names))
        check_counts(tree, figures, self.root_prior == "scale-invariant")
        total = figures["counts"].sel(node=list(tree.paths)).sum("node", skipna=False)
        return figures.assign(dict.fromkeys(("reported", "lower", "upper"), total)).assign_attrs(first.attrs)

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:
        """Posterior draws of every cell, what each path says alone, and whether they agree."""
        cells, counts = exact_counts(figures, "MultiplierTree"), self._counts(figures)
        found = [answer(self.tree, y, self.root_prior, draws, rng) for y in counts]
        values = {
            "true_count": np.stack([each.true_count for each in found], axis=1),
            "reporting_probability": np.stack([np.exp(each.log_paths).sum(axis=1) for each in found], axis=1),
        }
        if cells.has_population:
            values["incidence"] = values["true_count"] / cells.exposure
        paths, anchors, likelihood = conflict(self.tree, cells, counts)
        self._warn(paths, surprises(self.tree, figures))
        groups = {"posterior": cells.labelled(values), "anchors": anchors, "likelihood": likelihood, "paths": paths}
        return groups if found[0].statistics is None else groups | {"sample_stats": statistics(found, draws)}

    def summaries(self, figures: xr.Dataset) -> Groups:
        """Quantiles and moments where they need no draws: chains, and single paths under the scale-invariant prior."""
        tree = self.tree
        if tree.chain is None and (len(tree.paths) > 1 or tree.weighted or isinstance(self.root_prior, Prior)):
            return {}
        cells, counts = exact_counts(figures, "MultiplierTree"), self._counts(figures)
        quantiles, moments = zip(*(own_estimates(tree, y, self.root_prior) for y in counts), strict=True)
        values = {"true_count": np.stack(quantiles, axis=1)}
        if cells.has_population:
            values["incidence"] = values["true_count"] / cells.exposure
        return {
            "quantiles": cells.by_probability(values),
            "moments": cells.by_moment({"true_count": np.stack(moments, axis=1)}),
        }

    def replicate(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> dict[str, tuple[float, Array]]:
        """Truth from the priors, counts from the truth, a fit: for calibration."""
        if not isinstance(self.root_prior, Prior):
            raise ModelError("π(Z) ∝ 1/Z is no proper law and cannot be simulated: expected a root_prior")
        found: dict[str, tuple[float, Array]] = {}
        for place, _ in enumerate(self._counts(figures)):
            truth, log_paths = self._simulated(rng)
            counts = rng.multinomial(int(truth), [*np.exp(log_paths), 1.0 - np.exp(log_paths).sum()])[:-1].astype(float)
            post = answer(self.tree, counts, self.root_prior, draws, rng)
            actual, drawn = np.array([truth]), post.true_count
            found |= {
                f"true_count {place}": (truth, drawn),
                f"reporting_probability {place}": (float(np.exp(log_paths).sum()), np.exp(post.log_paths).sum(axis=1)),
                f"log_likelihood {place}": (
                    float(trees.log_multinomial(counts, actual, log_paths[None])[0]),
                    trees.log_multinomial(counts, drawn, post.log_paths),
                ),
            }
        return found

    def _simulated(self, rng: np.random.Generator) -> tuple[float, Array]:
        """A population and the log probabilities of its paths, from the priors."""
        assert isinstance(self.root_prior, Prior)  # noqa: S101
        z, gap = trees.count_grid(1.0, float(self.root_prior.quantile(1.0 - 1e-12)))
        log_mass = log_prior_of(self.root_prior)(z) + np.log(gap)
        mass = np.exp(log_mass - log_mass.max())
        truth = trees.table_quantile(z, gap, mass / mass.sum(), rng.random(1))[0]
        if self.tree.weighted:
            raise ModelError(
                "shares that are not independent cannot be simulated: expected surveys of whole groups, or a rest"
            )
        return float(truth), self.tree.log_paths(rng.standard_normal((1, self.tree.size)))[0][0]

    def _counts(self, figures: xr.Dataset) -> Array:
        """Counts of the paths, (cells, paths); 1 stands in where a cell has none."""
        table = figures["counts"].sel(node=list(self.tree.paths)).transpose("area", "period", "node").values
        flat = table.reshape(-1, table.shape[-1])
        return np.where(np.isnan(flat), 1.0, flat)

    def _warn(self, paths: xr.Dataset, surprises: list[tuple[float, str]]) -> None:
        least = float(paths["conflict_p"].min()) if len(self.tree.paths) > 1 else 1.0
        if least < CONFLICT:
            text = (
                f"paths contradict each other (p = {least:.2g}): what one count and its surveys say of {self.tree.root}, another denies; "
                "see the group 'paths' before anything pooled is used"
            )
            warnings.warn(text, IdentificationWarning, stacklevel=4)
        unlikely, counted = min(surprises, default=(1.0, ""))
        if unlikely < CONFLICT:
            text = f"{counted} contradict their survey (p = {unlikely:.2g}): {self.tree.root} does not rest on it, but one of them is wrong"
            warnings.warn(text, IdentificationWarning, stacklevel=4)
        if not isinstance(self.root_prior, Prior) and self.tree.tail <= 1.0:
            text = f"the mean of {self.tree.root} is infinite: read medians and quantiles"
            warnings.warn(text, PriorWarning, stacklevel=4)
