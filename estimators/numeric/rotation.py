"""Rotations of what counts cannot tell apart."""


def rotate[T](seen: T, unseen: T, one_sd: T, other_sd: T) -> tuple[T, T]:
    """Standard normal effects (z, u) from standard normal (e, f) with τz + κu = sqrt(τ² + κ²) e.

    e is what a count can see of two effects, f what it cannot. Works for arrays and for PyMC variables alike.
    """
    total = (one_sd**2 + other_sd**2) ** 0.5  # type: ignore[operator]
    return (one_sd * seen - other_sd * unseen) / total, (other_sd * seen + one_sd * unseen) / total  # type: ignore[operator]
