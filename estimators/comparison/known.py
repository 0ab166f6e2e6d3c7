"""What is known of people besides lists or captures, and what of it can say anything."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimators.lists import Captures, Lists

SEVERAL = 50  # values from which a column may be names of people
ALONE = 0.9  # values a person from which it is


@dataclass(frozen=True)
class Known:
    """Covariates that are used, those of which everybody has the same value, and those of which nearly everybody has one alone."""

    used: tuple[str, ...]
    same: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def left_out(self) -> str:
        """Sentences, or nothing."""
        told = [f"Everybody has the same {name}: left out." for name in self.same]
        told += [f"Hardly two people share a value of {name}: left out." for name in self.names]
        return "".join(f" {sentence}" for sentence in told)


def known(seen: Lists | Captures) -> Known:
    """Sort the covariates; a number is no name, however many values it has."""
    people = float(np.sum(seen.counts if isinstance(seen, Lists) else seen.people))
    values = {str(name): seen.covariates[name].nunique() for name in seen.covariates.columns}
    same = [name for name, several in values.items() if several == 1]
    names = [
        name
        for name, several in values.items()
        if several > max(SEVERAL, ALONE * people) and not pd.api.types.is_numeric_dtype(seen.covariates[name])
    ]
    used = [name for name in values if name not in same and name not in names]
    return Known(tuple(used), tuple(same), tuple(names))
