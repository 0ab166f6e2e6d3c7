"""What a count alone can say: bounds, no distribution, nothing that is not in the figures or in the range assumed."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from estimators.counts.cells import PER, Groups, read_figures
from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.numeric import thinning
from estimators.priors import Prior


@dataclass(frozen=True, repr=False)
class Bounds:
    """Bounds on the true count when the reporting probability is only known to lie in a range.

    Parameters
    ----------
    lowest, highest : float
        Range of the reporting probability; ``highest=1`` says that nothing is counted that did not happen.
    confidence : float
        Level of the Poisson limits of the reported count.
    indicator, form : str
        Which figures of the evidence are read; intervals such as ``<5`` and open figures such as *at least 494* are taken.

    Notes
    -----
    The count itself, N ∈ [y/ρ_U, y/ρ_L] (``region_lower``, ``region_upper``); allowing for chance in the count, the Poisson mean Λ of
    the true count lies in [L(y)/ρ_U, U(y)/ρ_L] (``lower``, ``upper``), L and U Garwood's exact limits. No point is given: within the
    region every value fits equally well.

    References
    ----------
    Manski, C. F. 2003. Partial Identification of Probability Distributions. doi:10.1007/b97478
    Garwood, F. 1936. Fiducial limits for the Poisson distribution. doi:10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> import estimators as est
    >>> evidence = est.single_figure(494, area="MEX", period="2022-H1")
    >>> tree = est.fit(Bounds(lowest=1 / 200, highest=1 / 50), evidence, seed=1)
    >>> [round(float(tree["estimate"][f"region_{end}"].item())) for end in ("lower", "upper")]
    [24700, 98800]
    """

    lowest: float
    highest: float = 1.0
    confidence: float = 0.95
    indicator: str = "victims_identified"
    form: str = "all"

    def __post_init__(self) -> None:
        if not 0.0 < self.lowest <= self.highest <= 1.0:
            text = f"reporting probability from {self.lowest:g} to {self.highest:g}: expected 0 < lowest ≤ highest ≤ 1"
            raise ModelError(text)
        if not 0.0 < self.confidence < 1.0:
            raise ModelError(f"confidence {self.confidence:g}: expected a probability between 0 and 1")

    def __repr__(self) -> str:
        return (
            f"Bounds. The reporting probability lies between {self.lowest:g} and {self.highest:g}, nothing says where; each "
            f"figure ({self.indicator}, form {self.form}) divided by the two ends bounds the true count, with "
            f"Garwood's {100 * self.confidence:.0f} % limits of the count for chance. There is no point estimate and no distribution."
        )

    def priors(self) -> tuple[Prior, ...]:
        """No priors: a range is not a distribution."""
        return ()

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted and printed beside every estimate."""
        return (
            f"the reporting probability lies between {self.lowest:g} and {self.highest:g}; nothing says where",
            f"cases reported and {self.indicator.replace('_', ' ')} are taken as the same thing",
        )

    def figures(self, evidence: Evidence) -> xr.Dataset:
        """The cells this estimator reads."""
        return read_figures(evidence, self.indicator, self.form, population="if there")

    def exact(self, figures: xr.Dataset, draws: int, rng: np.random.Generator) -> Groups:  # noqa: ARG002
        """Bounds of every cell in the group ``estimate``; no draws, since there is no distribution."""
        low, high = figures["lower"].values.astype(float), figures["upper"].values.astype(float)
        missing = np.isnan(low)
        mean_low, _ = thinning.garwood(np.where(missing, 1.0, low), self.confidence)
        finite = np.where(np.isfinite(high), high, 1.0)
        _, mean_high = thinning.garwood(finite, self.confidence)
        values = {
            "region_lower": low / self.highest,
            "region_upper": high / self.lowest,
            "lower": np.where(missing, np.nan, mean_low / self.highest),
            "upper": np.where(missing, np.nan, np.where(np.isfinite(high), mean_high / self.lowest, np.inf)),
        }
        if "population" in figures:
            exposure = (figures["population"] * figures["years"]).transpose("area", "period").values / PER
            values |= {f"incidence_{end}": values[end] / exposure for end in ("lower", "upper")}
        coordinates = {"area": figures["area"].values, "period": figures["period"].values}
        return {
            "estimate": xr.Dataset({name: (("area", "period"), v) for name, v in values.items()}, coords=coordinates)
        }
