"""What `fit` asks of every estimator, and of one that an engine can take."""

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import xarray as xr

from estimators.priors import Prior
from estimators.sampling import Sampling

if TYPE_CHECKING:
    import pandas as pd
    import pymc as pm

type Figures = Any  # a dataset over (area, period), or an object that has one as `cells`


class Estimator(Protocol):
    """What `fit` asks of every estimator: a value that says what it assumes and which cells it reads."""

    def priors(self) -> tuple[Prior, ...]:
        """Priors, for the table."""
        ...

    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted, in words."""
        ...

    def figures(self, evidence: Any) -> Figures:
        """The cells to fit."""
        ...


class Figured(Protocol):
    """What any table of figures has, such as `Evidence` or `Lists`."""

    @property
    def hash(self) -> str:
        """Of its content."""
        ...

    @property
    def label(self) -> str:
        """Where it came from."""
        ...


@runtime_checkable
class Sourced(Figured, Protocol):
    """A table of figures that says where each comes from."""

    def source_table(self) -> "pd.DataFrame":
        """One row a source."""
        ...


@runtime_checkable
class ExactEstimator(Estimator, Protocol):
    """An estimator whose posterior is known in closed form or by quadrature."""

    def exact(self, figures: Figures, draws: int, rng: np.random.Generator) -> dict[str, xr.Dataset]:
        """Groups of the result."""
        ...


@runtime_checkable
class Summarised(ExactEstimator, Protocol):
    """An exact estimator that also knows quantiles or moments without drawing."""

    def summaries(self, figures: Figures) -> dict[str, xr.Dataset]:
        """Groups ``quantiles`` and ``moments``."""
        ...


@runtime_checkable
class GraphEstimator(Estimator, Protocol):
    """An estimator that is a PyMC graph plus what follows from its draws."""

    def graph(self, figures: Figures) -> "pm.Model":
        """The model, every discrete unknown summed out."""
        ...

    def complete(self, posterior: xr.Dataset, figures: Figures, rng: np.random.Generator) -> dict[str, xr.Dataset]:
        """Groups of the result, from the draws of the graph's free variables."""
        ...


@runtime_checkable
class LaplaceEstimator(GraphEstimator, Protocol):
    """A graph estimator whose posterior can also be drawn from by importance, from arrays alone."""

    def laplace(
        self, figures: Figures, chains: int, draws: int, rng: np.random.Generator
    ) -> tuple[xr.Dataset, xr.Dataset]:
        """Independent draws in the shape of the graph's, and statistics with ``pareto_k``; `EngineError` names what it cannot take."""
        ...


@runtime_checkable
class OwnEstimator(Estimator, Protocol):
    """An estimator that has one way of computing, its own, such as maximum likelihood with a bootstrap."""

    method: ClassVar[str]

    def answer(self, figures: Figures, sampling: Sampling, rng: np.random.Generator) -> dict[str, xr.Dataset]:
        """Groups of the result."""
        ...
