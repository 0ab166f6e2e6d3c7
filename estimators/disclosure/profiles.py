"""Which counts are too small to publish, how the rest are rounded, and how uncertain a hidden count must stay."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators.errors import DataError, Problem

type Counts = NDArray[np.int64]
type Limits = NDArray[np.float64]
type Mask = NDArray[np.bool_]

EXPECTED = "'ctdc', 'ons', 'k=5' (any whole number of 2 or more), or a Profile"


@dataclass(frozen=True)
class Profile:
    """A rule of publication.

    Parameters
    ----------
    name : str
        As it is printed beside the table.
    smallest : int
        Counts from 1 to `smallest` - 1 are hidden.
    rounding : int
        Counts that are shown are rounded to a multiple of this, each on its own and halves up; 0 shows them as they are. At most
        `smallest`, so that nothing hidden could have been rounded to 0.
    protection : int, optional
        A hidden count x must stay compatible with every bound from x - `protection` to x + `protection` within 1 … `smallest` - 1. By
        default with the whole of 1 … `smallest` - 1: a reader then learns nothing but "fewer than `smallest`, or more", and what hidden
        counts of a row add up to is never below `smallest` either.
    hide_zeros : bool
        Whether 0 is too small as well. By default it is shown: nobody is in that cell, so nobody can be recognised there. Where
        absence itself tells on a group ("none of these survivors was an adult"), hide it.

    Raises
    ------
    DataError
        If a number is out of range.

    Examples
    --------
    >>> Profile("ministry", smallest=6, rounding=3)
    Profile(name='ministry', smallest=6, rounding=3, protection=None, hide_zeros=False)
    """

    name: str
    smallest: int
    rounding: int = 0
    protection: int | None = None
    hide_zeros: bool = False

    def __post_init__(self) -> None:
        rules = {
            "smallest": (self.smallest >= 2, "2 or more"),
            "rounding": (0 <= self.rounding <= self.smallest, "from 0 to smallest"),
            "protection": (self.protection is None or self.protection >= 1, "1 or more, or None"),
        }
        wrong = [
            Problem("Profile", None, name, str(getattr(self, name)), f"a whole number, {expected}")
            for name, (right, expected) in rules.items()
            if not right or not isinstance(getattr(self, name), int | np.integer | None)
        ]
        if wrong:
            raise DataError(wrong)

    def too_small(self, counts: Counts) -> Mask:
        """Which counts may not be shown."""
        return np.asarray((counts < self.smallest) & (self.hide_zeros | (counts > 0)))

    def shown(self, counts: Counts) -> Counts:
        """Counts as they are shown, were they not hidden."""
        if not self.rounding:
            return counts
        return np.asarray((counts + self.rounding // 2) // self.rounding * self.rounding)

    def told(self, counts: Counts) -> tuple[Limits, Limits]:
        """Least and greatest count that would be shown alike; the reader knows the profile."""
        spread = max(self.rounding, 1)
        lower = self.shown(counts) - spread // 2
        upper = lower + spread - 1
        zero = counts == 0
        lower = np.where(zero, 0, np.maximum(lower, self.smallest))
        return lower.astype(np.float64), np.where(zero, 0, upper).astype(np.float64)

    def window(self, counts: Counts, least: Counts) -> tuple[Counts, Counts]:
        """The protection interval of counts that are too small: `least` is what a reader knows anyway, at least two values wide."""
        reach = self.smallest if self.protection is None else self.protection
        low = np.maximum(least, counts - reach)
        return low, np.maximum(np.minimum(self.smallest - 1, counts + reach), low + 1)


def profile(name: str | Profile) -> Profile:
    """Return the profile of a name.

    Parameters
    ----------
    name : str or Profile
        ``"ctdc"`` hides counts below 11, ``"ons"`` below 10 and rounds the rest to 5, ``"k=5"`` below 5; a `Profile` is returned as
        it is.

    Returns
    -------
    Profile

    Raises
    ------
    DataError
        If no such profile is known.

    Notes
    -----
    After the published practice of the Counter Trafficking Data Collaborative (k-anonymity, k = 11) and of the Office for National
    Statistics. Neither body has checked this implementation.

    Examples
    --------
    >>> profile("ons")
    Profile(name='ons', smallest=10, rounding=5, protection=None, hide_zeros=False)
    >>> profile("k=5").smallest
    5
    """
    if isinstance(name, Profile):
        return name
    known = {"ctdc": Profile("ctdc", 11), "ons": Profile("ons", 10, 5)}
    if name in known:
        return known[name]
    written = re.fullmatch(r"k\s*=\s*(\d+)", name) if isinstance(name, str) else None
    if written is None or int(written[1]) < 2:
        raise DataError([Problem("profile", None, None, str(name), EXPECTED)])
    return Profile(f"k={int(written[1])}", int(written[1]))
