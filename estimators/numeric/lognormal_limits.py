"""Limits of a number of which part has been counted."""

import numpy as np

Z = 1.959963984540054  # normal quantile of 97.5 %


def above_counted(point: float, counted: float, error: float) -> tuple[float, float]:
    """95 % limits n + (N - n)/c and n + (N - n) c, log c = z sqrt(log(1 + (error/(N - n))²)): the uncounted number as log-normal.

    Chao, A. 1987. doi:10.2307/2531532

    Examples
    --------
    >>> [round(end) for end in above_counted(150.0, 90.0, 20.0)]
    [122, 203]
    """
    rest = point - counted
    if rest <= 0.0:
        return counted, counted
    log_c = Z * np.sqrt(np.log1p((error / rest) ** 2))
    return float(counted + rest * np.exp(-log_c)), float(counted + rest * np.exp(log_c))
