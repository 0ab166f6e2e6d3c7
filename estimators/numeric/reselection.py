"""The best model by an information criterion for every replicate, without fitting every model to every replicate.

Notation: as in `loglinear` and `criteria`. For a model fitted to the table itself, with coefficients û, means μ̂ and information H, a
replicate with margins m has, to second order, log L ≈ l(û) + g'H⁻¹g/2 with g = m − m(μ̂): one matrix product for all replicates.
Models whose approximate criterion is within `REACH` of the best approximate one, `MOST` at most, are then fitted to the replicate
exactly, and models twice and four times as far where none of these has an estimate.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.numeric import existence, loglinear
from estimators.numeric.criteria import Ranked
from estimators.numeric.loglinear import NO_TERM
from estimators.numeric.margins import over_supersets

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]

REACH = 6.0
MOST = 64  # models fitted to one replicate: sparse tables leave hundreds within reach
FARTHEST = 20.0  # beyond which a replicate whose nearer models have no estimate is given up
CHUNK = 4096


def best(tables: Array, shortlist: Ranked, means: Array, price: float, reach: float = REACH) -> tuple[Places, Array]:
    """Which of the models is best for each replicate, and people on no list.

    Parameters
    ----------
    tables : Array
        Replicates, (B, 2^L).
    shortlist : Ranked
        M models, as fitted to the table itself.
    means : Array
        Their means there, (M, 2^L).
    price : float
        What a term costs.
    reach : float
        Infinite to fit every model of the shortlist to every replicate.

    Returns
    -------
    place : Places
        In the shortlist, (B,); -1 where no model within four times the reach has an estimate.
    unlisted : Array
        μ_0 under it, (B,); missing where there is none.
    """
    margins = over_supersets(np.where(np.arange(tables.shape[1]) > 0, tables, 0.0))
    rough = np.stack([_rough(tables, margins, shortlist, means, model, price) for model in range(len(means))], axis=1)
    rough += 2.0 * special.gammaln(tables[:, 1:] + 1.0).sum(axis=1)[:, None]
    most = min(MOST, rough.shape[1]) - 1
    bound = np.minimum(rough.min(axis=1) + reach, np.partition(rough, most, axis=1)[:, most])
    row, model = np.nonzero(rough <= bound[:, None])
    criterion, unlisted = np.full(rough.shape, np.inf), np.full(rough.shape, np.nan)
    sizes = (shortlist.terms[model] != NO_TERM).sum(axis=1)
    for size in np.unique(sizes):
        for part in np.array_split(wanted := np.flatnonzero(sizes == size), -(-len(wanted) // CHUNK)):
            rows, models = row[part], model[part]
            terms = shortlist.terms[models, :size]
            fine = existence.codes(tables[rows] > 0.5, terms) == existence.FINE
            rows, models, terms = rows[fine], models[fine], terms[fine]
            if not len(rows):
                continue
            found = loglinear.fit(tables[rows], terms, shortlist.coefficients[models, :size])
            value = -2.0 * found.log_likelihood + price * found.parameters
            criterion[rows, models] = np.where(found.converged, value, np.inf)
            unlisted[rows, models] = found.unlisted
    place, every = criterion.argmin(axis=1), np.arange(len(tables))
    there = np.isfinite(criterion[every, place])
    place, found_unlisted = np.where(there, place, -1), np.where(there, unlisted[every, place], np.nan)
    if not there.all() and reach < FARTHEST:
        place[~there], found_unlisted[~there] = best(tables[~there], shortlist, means, price, 2.0 * reach)
    return place, found_unlisted


def _rough(tables: Array, margins: Array, shortlist: Ranked, means: Array, model: int, price: float) -> Array:
    """Approximate criterion of one model for each replicate, (B,), but for the factorials that all models share."""
    coefficients = shortlist.coefficients[model]
    active = np.isfinite(coefficients) & (shortlist.terms[model] != NO_TERM)
    terms = shortlist.terms[model][active]
    listed = np.concatenate([[0.0], means[model, 1:]])
    expected = over_supersets(listed[None])[0]
    information = expected[terms[:, None] | terms[None, :]]
    found = margins[:, terms]
    apart = found - expected[terms]
    value = found @ coefficients[active] - listed.sum()
    value += 0.5 * ((apart @ np.linalg.inv(information)) * apart).sum(axis=1)
    criterion = -2.0 * value + price * (shortlist.terms[model] != NO_TERM).sum()
    # A replicate with people where the model lets nobody be cannot come from a resampled table, but may from a simulated one.
    empty = 1 + np.flatnonzero(listed[1:] <= 0.0)
    return np.where(tables[:, empty].sum(axis=1) > 0.5, np.inf, criterion) if len(empty) else criterion
