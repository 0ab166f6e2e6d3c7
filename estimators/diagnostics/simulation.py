"""How far the limits of an interval, or a variance, would move if the draws were drawn again."""

import numpy as np
import xarray as xr

SLOPE = 0.4  # of the tail: how far from a quantile its slope is taken


def simulation_error(
    post: xr.DataTree, draws: xr.DataArray, probability: float, worth: float | None = None
) -> xr.DataArray:
    """Larger relative Monte-Carlo standard error of the two limits of each cell of some draws of a result.

    Of weighted draws it is that of as many independent ones as they are worth; infinite where a limit that is 0 is not certain to be.
    `worth` says of how many, where that is not what the result tells: of draws that were weighted once more.
    """
    tail = 0.5 * (1.0 - probability)
    worth = _stated(post) if worth is None else worth
    errors = []
    for chance in (tail, 1.0 - tail):
        limit, error = _quantile_and_error(draws, chance, worth)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors.append((error / limit).where(error != 0.0, 0.0).where(limit.notnull()))
    worst: xr.DataArray = xr.concat(errors, dim="end").max("end", skipna=False)
    return worst


def effective_draws(post: xr.DataTree, draws: xr.DataArray) -> float:
    """How many independent draws those of one quantity are worth: what weights leave, or what the chains' correlation does."""
    stated = _stated(post)
    if stated is not None:
        return stated
    import arviz as az

    told: xr.Dataset = az.ess(draws.to_dataset(name="x"))
    return float(told["x"])


def error_of_variance(post: xr.DataTree, draws: xr.DataArray) -> float:
    """Monte-Carlo standard error of the variance of one unknown: of n independent draws √((κ-1)/n) times it, κ their kurtosis."""
    worth = _stated(post)
    if worth is None:
        import arviz as az

        told: xr.Dataset = az.mcse(draws.to_dataset(name="x"), method="sd")
        return 2.0 * float(draws.std()) * float(told["x"])
    centred = draws.values - float(draws.mean())
    return float(np.sqrt(np.var(centred**2) / max(worth, 1.0)))


def _stated(post: xr.DataTree) -> float | None:
    """Effective draws of weighted ones, which the result states; None of chains and of exact draws."""
    stats = post["sample_stats"].to_dataset() if "sample_stats" in post.children else xr.Dataset()
    return float(stats["effective_draws"]) if "effective_draws" in stats else None


def _quantile_and_error(draws: xr.DataArray, chance: float, worth: float | None) -> tuple[xr.DataArray, xr.DataArray]:
    """A quantile and its Monte-Carlo standard error; of n independent draws √(p(1-p)/n) times the slope of the quantile in p.

    The slope is that between p ± 0.4 min(p, 1-p): between nearer ends it would be an estimate from a few draws, and digits would be luck.
    """
    if worth is None:
        import arviz as az

        told: xr.Dataset = az.mcse(draws.to_dataset(name="x"), method="quantile", prob=chance)
        return _quantiles(draws, [chance])[0], told["x"]
    if not worth > 0.0:
        (limit,) = _quantiles(draws, [chance])
        return limit, xr.full_like(limit, np.inf)
    error = np.sqrt(chance * (1.0 - chance) / worth)
    beside = max(error, SLOPE * min(chance, 1.0 - chance))
    limit, low, high = _quantiles(draws, [chance, max(chance - beside, 0.0), min(chance + beside, 1.0)])
    return limit, (high - low) * float(0.5 * error / beside)


def _quantiles(draws: xr.DataArray, chances: list[float]) -> list[xr.DataArray]:
    found = draws.quantile(chances, dim=("chain", "draw"), skipna=False)
    return [found.isel(quantile=place, drop=True) for place in range(len(chances))]
