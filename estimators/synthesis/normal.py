"""The distribution of estimates and statements: normal on a working scale, with doubt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from estimators.synthesis.observations import Observations
from estimators.synthesis.operations import Operations, Values

type Array = NDArray[np.float64]

LOG_TWO_PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class Normal:
    """A figure on the log or logit scale with a known standard deviation, three times wider with probability `doubt`."""

    mean: Values
    sd: Array
    doubt: float = 0.0

    def log_density(self, observed: Observations, operations: Operations) -> Values:
        """log[(1 - w) N(x; m, s²) + w N(x; m, 9 s²)]."""
        z = (observed.lower - self.mean) / self.sd
        narrow = -0.5 * z * z - np.log(self.sd) - 0.5 * LOG_TWO_PI
        if self.doubt == 0.0:
            return narrow
        wide = -0.5 * z * z / 9.0 - np.log(3.0 * self.sd) - 0.5 * LOG_TWO_PI
        return operations.logaddexp(np.log1p(-self.doubt) + narrow, np.log(self.doubt) + wide)

    def simulate(self, rng: np.random.Generator) -> Array:
        """Normal draws."""
        shape = np.shape(self.mean)
        sd = self.sd * np.where(rng.random(shape) < self.doubt, 3.0, 1.0)
        return np.asarray(self.mean + sd * rng.standard_normal(shape))

    def location(self) -> Values:
        """The mean."""
        return self.mean

    def derivatives(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """First derivative of the log density in the mean, and negated second: of the mixture, weighted as the figure weighs its parts."""
        z = (observed.lower - self.mean) / self.sd
        if self.doubt == 0.0:
            return z / self.sd, 0.0 * z + self.sd**-2.0
        logit = np.log(self.doubt / 3.0) - np.log1p(-self.doubt) + 4.0 / 9.0 * z * z
        wide = operations.exp(operations.log_expit(logit))
        precision = (1.0 - 8.0 / 9.0 * wide) / self.sd**2
        return z * self.sd * precision, precision - wide * (1.0 - wide) * (8.0 / 9.0 * z / self.sd) ** 2

    def working(self, observed: Observations, operations: Operations) -> tuple[Values, Values]:
        """The figure, and its precision without doubt."""
        return observed.lower, self.sd**-2.0

    def curvature(self, observed: Observations) -> tuple[Array, Array]:
        """Slope and information, of the mixture with the weights that the figure gives its parts."""
        z = (observed.lower - self.mean) / self.sd
        wide = 0.0
        if self.doubt > 0.0:
            wide = special.expit(np.log(self.doubt / 3.0) - np.log1p(-self.doubt) + 4.0 / 9.0 * z * z)
        precision = (1.0 - wide + wide / 9.0) / self.sd**2
        return z * self.sd * precision, precision * np.ones_like(z)
