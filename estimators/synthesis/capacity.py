"""State capacity: what makes a state see crimes and see cases through, and what its justice funnel shows of it."""

from dataclasses import dataclass

from estimators.priors import Prior
from estimators.synthesis.grid import Grid
from estimators.synthesis.operations import Values
from estimators.synthesis.unknowns import Effect, Scale, Unknown
from estimators.synthesis.world import World

SHOCK = Prior(
    "shocks of state capacity", "a period differs by up to one sd of areas", "half-normal", (0.0, 0.5), "weak"
)


@dataclass(frozen=True)
class Capacity:
    """The factor κ_area,period = k_area + s ν_area,period, with k and ν standard normal: one unit is one sd among areas.

    Parameters
    ----------
    shock_sd : Prior
        Half-normal, of the shocks of single periods.
    shocks : bool
        Whether there are any. One ratio cannot tell a shock of capacity from its own dispersion, so a funnel of two stages has none.
    """

    shock_sd: Prior = SHOCK
    shocks: bool = True

    @property
    def name(self) -> str:
        """Capacity."""
        return "capacity"

    def unknowns(self, grid: Grid, present: frozenset[str]) -> tuple[Unknown, ...]:
        """Effects of areas and of areas and periods."""
        if not self.shocks:
            return (Effect("capacity_area", "area"),)
        return (
            Effect("capacity_area", "area"),
            Scale("capacity_shock_sd", self.shock_sd, "capacity"),
            Effect("capacity_shock", "area_period", "capacity_shock_sd"),
        )

    def quantities(self, world: World) -> dict[str, Values]:
        """The factor in each cell."""
        return {"capacity": world.effect("capacity_area", "area") + world.effect("capacity_shock", "area_period")}
