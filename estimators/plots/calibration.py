"""How well an estimator knows what it says it knows: ranks of the truth against uniformity, and coverage of intervals."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from estimators.diagnostics.finding import Finding
from estimators.errors import ModelError
from estimators.plots.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAGE,
    SKY,
    SMALL,
    TEXT,
    blank,
    broken,
    finish,
    heading,
    letters,
    styled,
)
from estimators.plots.wording import clipped, plural

TITLE = "Calibration: {status}"
RANKS_TITLE = "Ranks of the truth: distribution minus uniform"
RANKS_AXIS, RANKS_UP = "rank / (draws + 1)", "difference"
COVERAGE_TITLE, COVERAGE_AXIS = "Coverage minus nominal", "percentage points"
NOTE = "{replicates:,} replicates, {failed} failed fits. Marks: coverage of central intervals; lines ± 2 standard errors by chance."
RANKS_NOTE = (
    " By chance one curve in twenty leaves the band anywhere; dashed: p < 0.01 after correction for all quantities."
)
NO_RANKS = " The finding has no ranks: coverage alone."
VERDICT = "not applicable: figures are simulated from the assumptions"
ALTERNATIVE = "Calibration of {quantities}: {status}; least uniform {worst}, p = {p:.2g}; its 95 % intervals cover {coverage:.1f} %."
WRONG_FINDING = "finding {name!r}: expected 'calibration', the finding of estimators.calibrate"
NO_QUANTITY = "quantity {quantity!r}: expected one of {quantities}"

RANKS = "rank_counts"
COVERAGES = ((50, "D", SKY), (80, "s", ORANGE), (95, "o", BLUE))
BAND = "#E6E6E6"
LEVEL, SIMULATIONS, CHANCE = 0.01, 4000, 0.95
MOST = 12  # quantities drawn by default: the least uniform
ROW, AROUND, HIGH = 6.2, 14.0, 62.0  # millimetres
TWO_COLUMNS = 120.0
FOR_LABELS = 0.22  # of the width

type Array = NDArray[np.float64]


def plot_calibration(
    finding: Finding, *, quantities: Sequence[str] = (), title: str = "", width: float = PAGE
) -> Figure:
    """Rank distribution functions against a simultaneous 95 % band, and coverage of central intervals, by quantity.

    Parameters
    ----------
    finding : Finding
        Of `estimators.calibrate`. Ranks are drawn where its table has a column ``rank_counts``: of each quantity how many replicates had
        rank 0, 1, …
    quantities : sequence of str
        Which; by default the twelve least uniform.
    title : str
        Title.
    width : float
        Millimetres: 175 for a page, 85 for a column.

    Returns
    -------
    matplotlib.figure.Figure
        A finding of *not calibrated* is marked.

    Raises
    ------
    ModelError
        The finding is of another check, or has not all the quantities.

    References
    ----------
    Säilynoja, T., Bürkner, P.-C. and Vehtari, A. 2022. Graphical test for discrete uniformity. doi:10.1007/s11222-022-10090-6

    Examples
    --------
    >>> import estimators as est
    >>> found = est.calibrate(est.Multiplier(est.Claim("1 in 10"), dependence="independent"), replicates=500, seed=1)
    >>> "calibrated" in est.alternative(plot_calibration(found))
    True
    """
    if finding.name != "calibration":
        raise ModelError(WRONG_FINDING.format(name=finding.name))
    rows = _chosen(finding.table, quantities)
    ranked = RANKS in rows
    beside = ranked and width >= TWO_COLUMNS
    with styled():
        height = AROUND + ROW * len(rows)
        shape, size = ((1, 2), max(HIGH, height)) if beside else ((2, 1) if ranked else (1, 1), height + HIGH * ranked)
        figure = blank(width, size)
        panels = figure.subplots(
            *shape, squeeze=False, height_ratios=(HIGH, height) if ranked and not beside else None
        ).ravel()
        if ranked:
            _draw_ranks(panels[0], rows)
        _draw_coverage(panels[-1], rows, letters(FOR_LABELS * width))
        heading(figure, title or TITLE.format(status=finding.status))
        about = {"replicates": int(rows["replicates"].max()), "failed": int(rows["failed"].max())}
        note = f"{NOTE.format(**about)}{RANKS_NOTE if ranked else NO_RANKS}"
        finish(figure, _state(finding), note=note, alternative=_said(finding))
    return figure


def _state(finding: Finding) -> pd.DataFrame:
    """An estimator that is not calibrated is marked as a result that is not publishable."""
    failed = finding.status != "calibrated"
    return pd.DataFrame({"verdict": [VERDICT], "convergence": ["not publishable" if failed else "calibrated"]})


def _chosen(table: pd.DataFrame, quantities: Sequence[str]) -> pd.DataFrame:
    missing = [quantity for quantity in quantities if quantity not in set(table["quantity"])]
    if missing:
        raise ModelError(NO_QUANTITY.format(quantity=missing[0], quantities=", ".join(table["quantity"])))
    if quantities:
        return table.set_index("quantity").loc[list(quantities)].reset_index()
    return table.sort_values("p", kind="stable").head(MOST).reset_index(drop=True)


def _draw_ranks(axes: Axes, rows: pd.DataFrame) -> None:
    counts = [np.asarray(each, dtype=float) for each in rows[RANKS]]
    bins, total = len(counts[0]), int(counts[0].sum())
    share = np.arange(1, bins) / bins
    lower, upper = band(total, bins)
    axes.fill_between(share, lower - share, upper - share, color=BAND, linewidth=0, step="mid")
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    for each, p in zip(counts, rows["p_holm"], strict=True):
        difference = each.cumsum()[:-1] / total - share
        wrong = p < LEVEL
        axes.plot(
            share,
            difference,
            color=ORANGE if wrong else BLUE,
            linewidth=1.4 if wrong else 0.9,
            linestyle="--" if wrong else "-",
        )
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel(RANKS_AXIS, loc="right")
    axes.set_ylabel(RANKS_UP)
    axes.set_title(RANKS_TITLE, loc="left", fontsize=TEXT)


def _draw_coverage(axes: Axes, rows: pd.DataFrame, longest: int) -> None:
    place = np.arange(len(rows), dtype=float)
    for down, (mass, marker, colour) in zip((-0.22, 0.0, 0.22), COVERAGES, strict=True):
        off = 100.0 * (rows[f"coverage_{mass}"].to_numpy(dtype=float) - mass / 100.0)
        error = 200.0 * rows[f"error_{mass}"].to_numpy(dtype=float)
        axes.hlines(place + down, off - error, off + error, color=colour, linewidth=1.3)
        axes.plot(
            off,
            place + down,
            marker,
            color=colour,
            markersize=4.0,
            markeredgecolor=INK,
            markeredgewidth=0.5,
            label=f"{mass} %",
        )
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    axes.set_yticks(place, [_label(str(name).replace("_", " "), longest) for name in rows["quantity"]], fontsize=SMALL)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(COVERAGE_AXIS, loc="right")
    axes.set_title(COVERAGE_TITLE, loc="left", fontsize=TEXT, pad=14.0)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.1, handletextpad=0.2)


def _label(name: str, longest: int) -> str:
    """In two lines, or the end of it where there is no room."""
    lines = broken(name, longest)
    return "\n".join(lines) if len(lines) <= 2 else clipped(name, longest)


def _said(finding: Finding) -> str:
    worst = finding.table.sort_values("p", kind="stable").iloc[0]
    return ALTERNATIVE.format(
        quantities=plural(len(finding.table), "quantity").replace("quantitys", "quantities"), status=finding.status,
        worst=worst["quantity"], p=float(worst["p"]), coverage=100.0 * float(worst["coverage_95"]),
    )  # fmt: skip


@lru_cache(maxsize=8)
def band(total: int, bins: int) -> tuple[Array, Array]:
    """Simultaneous 95 % band of the rank distribution function under uniformity, at 1/bins … (bins - 1)/bins.

    The smallest pointwise binomial tail probability is referred to its own distribution, which is simulated; it is that of
    `estimators.calibration.rank_band`, and agrees with the p of a finding.

    Examples
    --------
    >>> lower, upper = band(1000, 20)
    >>> bool((lower < np.arange(1, 20) / 20).all() and (upper > np.arange(1, 20) / 20).all())
    True
    """
    share, every = np.arange(1, bins) / bins, np.arange(total + 1)
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])
    chosen = factorial[total] - factorial - factorial[::-1]
    log_mass = chosen + every * np.log(share)[:, None] + (total - every) * np.log1p(-share)[:, None]
    at_most = np.minimum(np.cumsum(np.exp(log_mass), axis=1), 1.0)  # (bins - 1, total + 1)
    at_least = np.minimum(1.0 - at_most + np.exp(log_mass), 1.0)
    rng = np.random.default_rng(20260101)
    below = rng.multinomial(total, np.full(bins, 1.0 / bins), size=SIMULATIONS).cumsum(axis=1)[:, :-1]
    place = np.arange(bins - 1)
    smallest = np.minimum(at_most[place, below], at_least[place, below]).min(axis=1)
    tail = float(np.quantile(smallest, 1.0 - CHANCE))
    lower, upper = (at_most < tail).sum(axis=1), total - (at_least[:, ::-1] < tail).sum(axis=1)
    return lower / total, upper / total
