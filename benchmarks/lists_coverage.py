"""How often the intervals of list methods hold the truth: tables drawn from a model fitted to published lists, and fitted again.

Run ``python benchmarks/lists_coverage.py [tables] [seed]``. Each table is a multinomial draw of the whole population that the model
estimates, so that how many are listed varies as well. The five British lists of 2013 under the terms that stepwise selection finds in
them are the study of Chan, Silverman and Vincent (2021), section 3.4, whose BCa interval covers 90 %.
"""

import sys
import time
import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import estimators as est
from estimators.errors import ExistenceError
from estimators.inference import Estimator
from estimators.lists import Lists
from estimators.lists.log_linear import LogLinear
from estimators.lists.stepwise import Stepwise
from estimators.numeric import patterns

type Array = NDArray[np.float64]
type Terms = tuple[tuple[str, ...], ...]

BRITISH: Terms = (("LA", "NG"), ("NG", "GP"), ("PFNCA", "GP"), ("LA", "PFNCA"), ("GO", "GP"), ("NG", "GO"))


def as_lists(table: Array, names: tuple[str, ...]) -> Lists:
    """A table of patterns as lists."""
    frame = pd.DataFrame(patterns.on_lists(len(names))[1:].astype(int), columns=list(names))
    return est.read_lists(frame.assign(count=table[1:].astype(int)), lists=names, count="count")


def coverage(source: str, terms: Terms, estimators: dict[str, Estimator], tables: int, seed: int) -> pd.DataFrame:
    """One row a method: share of intervals that hold the truth, its simulation error, and what the intervals are like.

    Parameters
    ----------
    source, terms : str, tuple
        Bundled lists, and the model of them that is taken as the truth.
    estimators : dict of str to Estimator
        By name.
    tables, seed : int
        How many to draw.
    """
    lists = est.datasets.lists(source)
    means = LogLinear(terms).fitted(lists).means[0]
    truth = round(float(means.sum()))
    rng = np.random.default_rng(seed)
    rows: dict[str, list[tuple[float, float, float]]] = {name: [] for name in estimators}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for draw in range(tables):
            drawn = as_lists(
                rng.multinomial(truth, means / means.sum()).astype(float) * (np.arange(len(means)) > 0), lists.names
            )
            for name, estimator in estimators.items():
                try:
                    found = est.fit(estimator, drawn, seed=draw)["estimate"]
                    ends = [float(found[end].item()) for end in ("lower", "point", "upper")]
                    rows[name].append((ends[0], ends[1], ends[2]))
                except ExistenceError:
                    rows[name].append((np.nan, np.nan, np.nan))
    return pd.DataFrame({name: _summary(np.array(values), truth) for name, values in rows.items()}).T


def _summary(ends: Array, truth: float) -> dict[str, float]:
    low, point, high = ends[~np.isnan(ends[:, 0])].T
    share = float(((low <= truth) & (high >= truth)).mean())
    return {
        "truth": truth,
        "tables": len(low),
        "cover": share,
        "error": float(np.sqrt(share * (1.0 - share) / len(low))),
        "too_low": float((high < truth).mean()),
        "too_high": float((low > truth).mean()),
        "median_lower": float(np.median(low)),
        "median_point": float(np.median(point)),
        "median_upper": float(np.median(high)),
    }


def main() -> None:
    """The British study, with the default interval of `Stepwise` and the others."""
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 2024
    methods: dict[str, Estimator] = {
        "Stepwise()": Stepwise(),
        "Stepwise(interval='bca')": Stepwise(interval="bca"),
        "Stepwise(interval='percentile')": Stepwise(interval="percentile"),
        "Stepwise(bootstrap=0)": Stepwise(bootstrap=0),
    }
    start = time.process_time()
    found = coverage("UKdat_5", BRITISH, methods, tables, seed)
    print(found.round(3).to_string())
    print(f"{time.process_time() - start:.0f} CPU s")


if __name__ == "__main__":
    main()
