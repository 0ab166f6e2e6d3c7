"""A normal mean: what can be replicated without a sampler, right and wrong."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

PRIOR_SD = 3.0


@dataclass(frozen=True)
class NormalMean:
    """Figures ~ Normal(μ, 1), μ ~ Normal(0, 3²)."""

    def figures(self, evidence):
        return evidence.table["value"].dropna().to_numpy(dtype=float)

    def posterior(self, figures, draws, rng):
        precision = 1.0 / PRIOR_SD**2 + len(figures)
        return figures.sum() / precision + rng.standard_normal(draws) / np.sqrt(precision)

    def replicate(self, figures, draws, rng):
        truth = PRIOR_SD * rng.standard_normal()
        new = truth + rng.standard_normal(len(figures))
        return self.ranked(truth, new, draws, rng)

    def replicate_given(self, figures, given, draws, rng):
        truth = float(given["mu"])
        new = truth + rng.standard_normal(len(figures))
        return self.ranked(truth, np.concatenate([figures, new]), draws, rng)

    def ranked(self, truth, figures, draws, rng):
        drawn = self.posterior(figures, draws, rng)
        fit = [-0.5 * ((figures[:, None] - mean) ** 2).sum(axis=0) for mean in (np.array([truth]), drawn)]
        return {"mu": (truth, drawn), "log_likelihood": (float(fit[0][0]), fit[1])}

    def given(self, evidence, draws=4000):
        drawn = self.posterior(self.figures(evidence), draws, np.random.default_rng(1))
        tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"mu": (("chain", "draw"), drawn[None])})})
        tree.attrs["evidence_hash"] = evidence.hash
        return tree


class TooSureMean(NormalMean):
    """Nine tenths of the width."""

    def posterior(self, figures, draws, rng):
        drawn = super().posterior(figures, draws, rng)
        return drawn.mean() + 0.85 * (drawn - drawn.mean())


class PriorMean(NormalMean):
    """Never looks."""

    def posterior(self, figures, draws, rng):
        return PRIOR_SD * rng.standard_normal(draws)


class OnlyNewFigures(NormalMean):
    """Forgets the figures it was given, in the posterior form."""

    def replicate_given(self, figures, given, draws, rng):
        truth = float(given["mu"])
        return self.ranked(truth, truth + rng.standard_normal(len(figures)), draws, rng)


class Fails(NormalMean):
    """Gives up on figures that are far out."""

    def ranked(self, truth, figures, draws, rng):
        if figures.mean() > 4.0:
            raise ArithmeticError("no convergence")
        return super().ranked(truth, figures, draws, rng)


class FailsAtTimes(NormalMean):
    """Gives up on a few."""

    def ranked(self, truth, figures, draws, rng):
        if rng.random() < 0.004:
            raise ArithmeticError("no convergence")
        return super().ranked(truth, figures, draws, rng)


class TooFewDraws(NormalMean):
    """Returns fewer draws than asked for."""

    def posterior(self, figures, draws, rng):
        return super().posterior(figures, draws - 1, rng)
