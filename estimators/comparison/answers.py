"""One method's answer to one table of lists, as a row; what it refuses is an answer as well."""

import warnings
from collections.abc import Callable

import numpy as np

from estimators.errors import DarkfigureError
from estimators.inference import Estimator, fit
from estimators.lists import Captures, Lists
from estimators.lists.anchor import limits_of
from estimators.lists.outcome import cautions_of


def answer(estimator: Estimator, made: Lists | Captures | Callable[[], Lists], seed: int) -> dict[str, object]:
    """Estimate, limits, status and reasons; the lists may be made here, so that lists that cannot be made are a refusal too."""
    empty: dict[str, object] = {
        "observed": np.nan,
        "estimate": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "interval": "",
    }
    try:
        lists = made() if callable(made) else made
        empty["observed"] = lists.observed
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they stand in the reasons
            post = fit(estimator, lists, seed=seed)
    except DarkfigureError as error:
        return empty | {"status": "refused", "reasons": tuple(str(error).splitlines()), "rests_on": ""}
    estimate, lower, upper = limits_of(post)
    cautions = tuple(cautions_of(post))
    kind = str(post["estimate"].attrs["interval"]) if "estimate" in post.children else "posterior, equal tails"
    found = {"estimate": estimate, "lower": lower, "upper": upper, "interval": kind}
    status = "warning" if cautions else "ok"
    return empty | found | {"status": status, "reasons": cautions, "rests_on": str(post["lists"].attrs["rests_on"])}
