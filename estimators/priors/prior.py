"""A prior is a row of a table: it prints, and goes into the paper."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from estimators.errors import ModelError, PriorWarning
from estimators.numeric import families
from estimators.numeric.families import Family

if TYPE_CHECKING:
    import pandas as pd

PARAMETER_NAMES: dict[Family, tuple[str, str]] = {
    "beta": ("a", "b"),
    "logit-normal": ("mean", "sd"),
    "gamma": ("shape", "rate"),
    "log-normal": ("mean", "sd"),
    "normal": ("mean", "sd"),
    "half-normal": ("location", "scale"),
}


@dataclass(frozen=True)
class Prior:
    """One prior with its reason.

    Parameters
    ----------
    name : str
        The quantity, e.g. ``"reporting_probability"`` or ``"incidence"`` (per 100,000 and year).
    description : str
        In plain English, what it says.
    family : {"beta", "logit-normal", "gamma", "log-normal", "normal", "half-normal"}
        Parameters in the order of `PARAMETER_NAMES`: shapes; mean and sd on the logit, log or natural scale; shape and rate.
    parameters : (float, float)
        The two parameters; a half-normal has location 0.
    reason : str
        Why this one: it is printed beside the estimate.

    Raises
    ------
    ModelError
        If a parameter is out of range.

    Warns
    -----
    PriorWarning
        A beta with a ≤ 2 has no variance of 1/ρ, with a ≤ 1 no mean: means of the true count do not exist.

    Examples
    --------
    >>> prior = Prior("incidence", "between 3 and 500 per 100,000", "log-normal", (3.69, 1.5), "wide on purpose")
    >>> prior.quantile([0.05, 0.95]).round().tolist()
    [3.0, 472.0]
    """

    name: str
    description: str
    family: Family
    parameters: tuple[float, float]
    reason: str

    def __post_init__(self) -> None:
        if self.family not in PARAMETER_NAMES:
            raise ModelError(f"prior {self.name}: family {self.family!r}: expected one of {', '.join(PARAMETER_NAMES)}")
        first, second = self.parameters
        positive_first = self.family in ("beta", "gamma")
        if not (np.isfinite(first) and np.isfinite(second) and second > 0 and (first > 0 or not positive_first)):
            names = " and ".join(PARAMETER_NAMES[self.family])
            raise ModelError(
                f"prior {self.name}: {self.parameters}: expected finite {names} of a {self.family}, scales positive"
            )
        if self.family == "half-normal" and first != 0.0:
            raise ModelError(f"prior {self.name}: {self.parameters}: expected location 0 of a half-normal")
        if self.family == "beta" and first <= 2.0:
            missing = "mean" if first <= 1.0 else "variance"
            text = f"prior {self.name}: a beta with a = {first:.4g} gives the true count no {missing}: read medians and quantiles"
            warnings.warn(text, PriorWarning, stacklevel=3)

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Quantiles of the quantity."""
        return families.quantile(self.family, *self.parameters, probability)

    def distribution(self, value: ArrayLike) -> NDArray[np.float64]:
        """Probability of being at most `value`."""
        return families.distribution(self.family, *self.parameters, value)

    def log_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of the quantity: what it says as an anchor."""
        return families.log_moments(self.family, *self.parameters)

    @property
    def formula(self) -> str:
        """The family with its parameters, e.g. ``beta(a = 1, b = 99)``."""
        pairs = zip(PARAMETER_NAMES[self.family], self.parameters, strict=True)
        return f"{self.family}({', '.join(f'{name} = {value:.4g}' for name, value in pairs)})"

    def row(self) -> dict[str, str | float]:
        """The prior as a table row: quantity, meaning, family, 5 %, 50 % and 95 % quantile, reason."""
        low, middle, high = (float(q) for q in self.quantile([0.05, 0.5, 0.95]))
        return {
            "quantity": self.name,
            "description": self.description,
            "prior": self.formula,
            "q05": low,
            "median": middle,
            "q95": high,
            "reason": self.reason,
        }

    def __str__(self) -> str:
        low, middle, high = self.quantile([0.05, 0.5, 0.95])
        return (
            f"{self.name} | {self.description} | {self.formula} | {low:.3g} – {middle:.3g} – {high:.3g} | {self.reason}"
        )


def prior_table(priors: Sequence[Prior]) -> "pd.DataFrame":
    """All priors of a model as one table, a row each: it goes into the paper as it is."""
    import pandas as pd

    return pd.DataFrame([prior.row() for prior in priors])
