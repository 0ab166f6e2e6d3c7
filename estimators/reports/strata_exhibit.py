"""Two strata side by side: what their counts fix, what the priors fill in, and what an outside share would change if it is believed."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from estimators import numbers
from estimators.diagnostics.simulation import effective_draws, simulation_error
from estimators.errors import ModelError
from estimators.plots import plot_forest
from estimators.reports.exhibit import Exhibit

LADDER = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
CHANCES = {"median": 0.5, "lower": 0.025, "upper": 0.975}
PRIORS = ("before the figures", "with the figures", "if the outside share is believed")

ERROR = "ratio_simulation_error"
VICTIMS = "identified_victims: "
COUNTED = (
    "In the {cells} cells where both have an exact figure {first} are counted in {one} and {second} in {other}. Identified, below, is "
    "what the model expects in all cells, those without a figure included: {expected}."
)

type Array = NDArray[np.float64]


def strata_exhibits(
    post: xr.DataTree, table: pd.DataFrame, *, one: str, other: str, believed: tuple[float, float], by: str
) -> tuple[Exhibit, ...]:
    """Compare two strata over all areas and periods.

    Parameters
    ----------
    post : xarray.DataTree
        Result of a `Synthesis` whose process has strata.
    table : pandas.DataFrame
        ``estimators.summary(post)``.
    one, other : str
        The strata; ratios are of the first to the second.
    believed : tuple of float
        An outside ratio of the true numbers, and the standard deviation of its logarithm.
    by : str
        Whose it is, and of what.

    Returns
    -------
    tuple of Exhibit
        The division of what is counted, the tipping points, and the counts by area.

    Notes
    -----
    Counts fix D, the log ratio of what is identified = log ratio of the flows + log ratio of the shares reported. With normal priors of
    mean 0 and standard deviations s and t on these two, the first is D s²/(s² + t²) ± s t/√(s² + t²) whatever the counts say besides.
    The outside ratio is put in by weighting draws with its log-normal density; the level of both strata is left alone.

    Raises
    ------
    ModelError
        If the result has no such strata.
    """
    flows, seen = _by_stratum(post, one, other)
    logs = {"true number": _log_ratio(flows), "identified": _log_ratio(seen)}
    logs["share reported"] = logs["identified"] - logs["true number"]
    spread = _prior_spread(post, one, other)
    weight = np.exp(-0.5 * ((logs["true number"] - np.log(believed[0])) / believed[1]) ** 2)
    weight /= weight.sum()
    drawn = effective_draws(post, _of_chains(post, logs["true number"]))
    kept = drawn / len(weight) / float((weight**2).sum())
    rows = []
    for name in ("true number", "share reported", "identified"):
        if name in spread:
            rows.append({"ratio_of": name, "given": PRIORS[0], **_normal(spread[name]), ERROR: 0.0})
        rows += [
            {"ratio_of": name, "given": given, **_limits(draws), ERROR: _error(post, draws, worth)}
            for given, draws, worth in zip(
                PRIORS[1:], (logs[name], _weighted(logs[name], weight)), (None, kept), strict=True
            )
        ]
    state = {name: table[name].iloc[0] for name in ("probability", "verdict", "convergence")}
    found = pd.DataFrame(rows).assign(**state)
    words = f"{one} to {other}"
    shown = found.rename(columns={"ratio_of": "what"})
    figure = plot_forest(shown, label="what", quantity="ratio", group="given", title=f"Ratio of {words} exploitation")
    division = (
        _counted(post, logs["identified"], one, other),
        *_division(logs, spread, (kept, drawn), believed, by, words),
    )
    heading, caption = f"How the ratio of {words} divides", f"Ratio of {words}: medians and 95 % intervals."
    ladder, mix = _ladder(post, logs["identified"], one, other), _mix(post, one, other)
    arithmetic, expected = "Arithmetic on what is identified.", "As the fitted model expects them, all periods."
    return (
        Exhibit("division", heading, division, found, figure, caption, by),
        Exhibit("tipping_points", "What one would have to believe", _tipping_text(words), ladder, caption=arithmetic),
        Exhibit("mix_by_area", "What is identified, by area", _mix_text(), mix, caption=expected),
    )


def _by_stratum(post: xr.DataTree, one: str, other: str) -> tuple[list[xr.DataArray], list[xr.DataArray]]:
    """Flow and identified flow of the two strata by area and period."""
    draws, constant = post["posterior"].to_dataset(), post["constant_data"].to_dataset()
    name = next((str(each) for each in draws if str(each).startswith("incidence_by_")), "")
    dim = name.removeprefix("incidence_by_")
    if not name or any(word not in draws[dim].values for word in (one, other)):
        raise ModelError(f"strata {one} and {other}: expected those of the result's process")
    flow = draws[name] * constant["population"] * constant["years"] / 1e5
    seen = flow * draws[f"reporting_probability_by_{dim}"]
    flows, seens = ([part.sel({dim: word}, drop=True) for word in (one, other)] for part in (flow, seen))
    return flows, seens


def _log_ratio(parts: list[xr.DataArray]) -> Array:
    """Log ratio of two sums over all areas and periods, a number a draw."""
    one, other = (part.sum(("area", "period")).values.ravel() for part in parts)
    return np.asarray(np.log(one / other))


def _prior_spread(post: xr.DataTree, one: str, other: str) -> dict[str, float]:
    """Standard deviation of the prior of each log ratio, levels of strata alone."""
    priors = post["priors"].to_dataset()
    names = priors["quantity"].values.astype(str)
    width = dict(zip(names, (priors["q95"].values - priors["q05"].values) / (2.0 * 1.6448536), strict=True))
    return {
        said: float(np.hypot(width[f"{start}_{one}"], width[f"{start}_{other}"]))
        for said, start in (("true number", "log_incidence"), ("share reported", "logit_reporting"))
    }


def _normal(sd: float) -> dict[str, float]:
    return {f"ratio_{end}": float(np.exp(z * sd)) for end, z in zip(CHANCES, (0.0, -1.96, 1.96), strict=True)}


def _limits(logs: Array) -> dict[str, float]:
    return {f"ratio_{end}": float(np.exp(np.quantile(logs, p))) for end, p in CHANCES.items()}


def _weighted(logs: Array, weight: Array) -> Array:
    """As many draws, in order, each as often as its weight says."""
    order, count = np.argsort(logs), len(logs)
    reached = np.cumsum(weight[order])
    places = np.searchsorted(reached, (np.arange(count) + 0.5) / count)
    return np.asarray(logs[order][np.minimum(places, count - 1)])


def _of_chains(post: xr.DataTree, logs: Array) -> xr.DataArray:
    return xr.DataArray(logs.reshape(post["posterior"].sizes["chain"], -1), dims=("chain", "draw"))


def _error(post: xr.DataTree, logs: Array, worth: float | None = None) -> float:
    """Relative simulation error of the limits of a ratio."""
    return float(simulation_error(post, _of_chains(post, np.exp(logs)), 0.95, worth))


def _division(
    logs: dict[str, Array],
    spread: dict[str, float],
    weighed: tuple[float, float],
    believed: tuple[float, float],
    by: str,
    words: str,
) -> tuple[str, ...]:
    kept, drawn = weighed
    s, t = spread["true number"], spread["share reported"]
    middle, sd = float(np.median(logs["identified"])) * s**2 / (s**2 + t**2), s * t / np.hypot(s, t)
    arithmetic = [float(np.exp(middle + z * sd)) for z in (0.0, -1.96, 1.96)]
    return (
        f"The difference in reporting between the forms is not identified. Counts fix the ratio of {words} among those identified; how "
        "it divides into a ratio of true numbers and a ratio of shares reported is the priors' word. They are equally wide here, so each "
        f"takes half. Arithmetic on the priors and that one ratio gives a ratio of true numbers of {arithmetic[0]:.2g} "
        f"({arithmetic[1]:.2g} – {arithmetic[2]:.2g}), before area effects; the posterior below has these too, and rests on the same "
        "priors. That it is narrower than its prior is no finding.",
        f"An assumption, not a result: if one believes that the true ratio is {believed[0]:.2g}, within a factor "
        f"{np.exp(1.6449 * believed[1]):.2g} with 90 % ({by}), the division moves as shown. The world's ratio of stocks need not be that "
        f"of flows in these countries, and the definitions differ. Draws were weighted for it; {kept:,.0f} of {drawn:,.0f} effective "
        "draws remain.",
    )


def _counted(post: xr.DataTree, identified: Array, one: str, other: str) -> str:
    """What is counted where both strata have an exact figure, beside what the model expects in all cells."""
    figures, found = post["figures"].to_dataset(), dict[str, float]()
    for kind in (
        str(name).removesuffix(" about")
        for name in figures
        if str(name).startswith(VICTIMS) and str(name).endswith(" about")
    ):
        low, high, about = (figures[f"{kind} {part}"].values for part in ("lower", "upper", "about"))
        found |= {str(cell): float(count) for cell, count in zip(about[low == high], low[low == high], strict=True)}
    cells = [cell.removesuffix(f" {one}") for cell in found if cell.endswith(f" {one}")]
    both = [cell for cell in cells if f"{cell} {other}" in found]
    counts = [sum(found[f"{cell} {word}"] for cell in both) for word in (one, other)]
    middle, least, most = (float(np.exp(np.quantile(identified, p))) for p in CHANCES.values())
    return COUNTED.format(cells=len(both), one=one, other=other, first=numbers.count(counts[0]), second=numbers.count(counts[1]),
                          expected=numbers.estimate(middle, least, most, numbers.supported_digits(_error(post, identified))))  # fmt: skip


def _ladder(post: xr.DataTree, identified: Array, one: str, other: str) -> pd.DataFrame:
    error = _error(post, identified)
    ratio = {end: float(np.exp(np.quantile(identified, p))) for end, p in CHANCES.items()}
    rows = [
        {
            f"true_{one}_per_{other}": step,
            **{f"share_reported_ratio_{end}": value / step for end, value in ratio.items()},
            "share_reported_ratio_simulation_error": error,
        }
        for step in LADDER
    ]
    return pd.DataFrame(rows)


def _tipping_text(words: str) -> tuple[str, ...]:
    return (
        f"Whoever states the true ratio of {words} has stated the ratio of the shares reported, and the reverse. The counts add nothing.",
    )


def _mix_text() -> tuple[str, ...]:
    text = (
        "Areas differ in the mix of those identified. Whether their flows differ in it or their ways of looking is again not in the "
        "counts: the model divides each difference between the two as the priors of their area effects say."
    )
    return (text,)


def _mix(post: xr.DataTree, one: str, other: str) -> pd.DataFrame:
    """Ratio of what is expected to be identified, by area over all periods."""
    _, (first, second) = _by_stratum(post, one, other)
    ratio = first.sum("period") / second.sum("period")
    rows = pd.DataFrame({"area": ratio["area"].values.astype(str)})
    for end, p in CHANCES.items():
        rows[f"identified_{one}_per_{other}_{end}"] = ratio.quantile(p, dim=("chain", "draw")).values
    rows[f"identified_{one}_per_{other}_simulation_error"] = simulation_error(post, ratio, 0.95).values
    return rows.sort_values(f"identified_{one}_per_{other}_median", ignore_index=True)
