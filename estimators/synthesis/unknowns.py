"""What a model does not know: locations, shares, scales and effects, each with its prior and the named group it belongs to.

| kind | prior | what a formula sees |
|---|---|---|
| Location | normal, log-normal or logit-normal | the value on its own, log or logit scale, where its prior is normal |
| Share | beta | the logit of the share |
| Scale | half-normal | the standard deviation of effects |
| Effect | normal or Student-t with mean 0 | one value an area, or an area and period, in units of its scale |
"""

from dataclasses import dataclass

from estimators.errors import ModelError
from estimators.priors import Prior

GAUSSIAN = ("normal", "log-normal", "logit-normal")


@dataclass(frozen=True)
class Location:
    """A level, a slope or a logarithm of a dispersion: one number with a prior that is normal on its working scale.

    Parameters
    ----------
    name : str
        By which formulas, tables and draws call it.
    prior : Prior
        Normal, log-normal or logit-normal.
    group : str
        Named group of priors for sensitivity analysis, e.g. ``"claim"`` or ``"incidence level"``.
    multiplies : bool
        Whether it multiplies effects: its value at a joint mode is then no guide, and it is kept at its prior mean there.
    anchor : str
        Where its prior fixes the level of the flow by itself: what kind of absolute anchor it is, e.g. ``"hotline"``.
    """

    name: str
    prior: Prior
    group: str
    multiplies: bool = False
    anchor: str = ""

    def __post_init__(self) -> None:
        if self.prior.family not in GAUSSIAN:
            raise ModelError(f"prior on {self.name}: {self.prior.formula}: expected one of {', '.join(GAUSSIAN)}")


@dataclass(frozen=True)
class Share:
    """A probability with a beta prior; formulas see its logit."""

    name: str
    prior: Prior
    group: str

    def __post_init__(self) -> None:
        if self.prior.family != "beta":
            raise ModelError(f"prior on {self.name}: {self.prior.formula}: expected a beta")


@dataclass(frozen=True)
class Scale:
    """The standard deviation of effects, half-normal."""

    name: str
    prior: Prior
    group: str

    def __post_init__(self) -> None:
        if self.prior.family != "half-normal":
            raise ModelError(f"prior on {self.name}: {self.prior.formula}: expected a half-normal")


@dataclass(frozen=True)
class Effect:
    """Effects with mean 0 over a dimension of the grid.

    Parameters
    ----------
    name : str
        By which formulas and draws call them; formulas see the scaled effect.
    over : str
        Dimension: ``"area"``, ``"stratum"``, ``"area_stratum"``, ``"area_period"``, or ``"area_step"`` for the steps of walks.
    scale : str
        Name of its `Scale`; empty for standard normal effects.
    about : tuple of str
        Locations whose sum the effect is added to; a sampler may centre the effect there.
    seen_with : str
        Another effect that counts see only in a sum with this one: a sampler rotates the pair.
    degrees : float
        Degrees of freedom of a Student-t; 0 for a normal.
    """

    name: str
    over: str
    scale: str = ""
    about: tuple[str, ...] = ()
    seen_with: str = ""
    degrees: float = 0.0


type Unknown = Location | Share | Scale | Effect
