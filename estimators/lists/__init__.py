"""Several lists of one hidden population: their overlaps say how many are on none of them."""

from estimators.lists.reading import read_lists
from estimators.lists.table import Lists

__all__ = ["Lists", "read_lists"]
