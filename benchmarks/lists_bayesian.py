"""How many effective draws a second Bayesian log-linear averaging gives, and how long doubly robust estimates take.

``uv run python benchmarks/lists_bayesian.py``. Beside each table: effective draws per CPU second of the sampler of Overstall
and King 2014, doi:10.18637/jss.v058.i07, over the same models and with the same prior.
"""

import time
import warnings

import numpy as np
import pandas as pd

import estimators as est
from estimators.errors import ConvergenceWarning, IdentificationWarning
from estimators.lists.bayesian_log_linear import BayesianLogLinear
from estimators.lists.doubly_robust import DoublyRobust

SAMPLER = {
    "SpinaBifida_NY": 9.0,
    "Kosovo": 0.92,
    "UKdat_5": 0.85,
    "HIV_Rome": 0.19,
    "NewOrl_5": 0.34,
}
LEARNERS = 3.6  # CPU seconds of the R package of Das and Kennedy 2021, doi:10.48550/arXiv.2111.07191, with logistic regressions


def averaging(name: str) -> None:
    """One table: median and limits, effective draws and CPU seconds, the check under a second prior included."""
    lists = est.datasets.lists(name)
    begun = time.process_time()
    post = est.fit(BayesianLogLinear(), lists, seed=1)
    spent = time.process_time() - begun
    draws = np.ravel(np.asarray(post["posterior"].to_dataset()["true_count"]))
    statistics = post["sample_stats"].to_dataset()
    effective = min(float(statistics["effective_draws"]), float(draws.size))
    lower, middle, upper = np.quantile(draws, [0.025, 0.5, 0.975])
    peer = f"{SAMPLER[name]:6.2f}" if name in SAMPLER else "     –"
    print(
        f"{name:<16}{middle:>9,.0f} [{lower:,.0f}–{upper:,.0f}]  {post['models'].attrs['models_compared']:>6,} models  {spent:6.2f} s  "
        f"k̂ {float(statistics['pareto_k']):5.2f}  {effective / spent:>9,.0f} effective draws per s; a sampler {peer}"
    )


def corrected() -> None:
    """Two lists and three covariates of 3,000 simulated people."""
    rng = np.random.default_rng(1)
    x = rng.normal(2.0, 1.0, (3000, 3))
    chance = 1 / (1 + np.exp(-np.column_stack([(-0.6 + slope * x).sum(axis=1) for slope in (0.4, 0.3)])))
    on = rng.random((3000, 2)) < chance
    frame = pd.DataFrame(on.astype(int), columns=["first", "second"])
    frame[["u", "v", "w"]] = np.exp(x / 2)
    lists = est.read_lists(frame[on.any(axis=1)])
    begun = time.process_time()
    post = est.fit(DoublyRobust(), lists, seed=1)["estimate"].to_dataset()
    spent = time.process_time() - begun
    print(f"doubly robust, truth 3,000: {post['point'].item():,.0f} in {spent:.2f} s; in R {LEARNERS} s")


if __name__ == "__main__":
    warnings.simplefilter("ignore", IdentificationWarning)
    warnings.simplefilter("ignore", ConvergenceWarning)
    est.fit(BayesianLogLinear(), est.datasets.lists("Korea"), seed=1)  # what is loaded on first use
    for table in ("SpinaBifida_NY", "Kosovo", "UKdat_5", "HIV_Rome", "NewOrl_5", "Korea", "UKdat", "ScotPWID"):
        averaging(table)
    corrected()
