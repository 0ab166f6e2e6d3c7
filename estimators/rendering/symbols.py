"""Symbols in a table of them: what stands below the line."""

import re

BELOW = re.compile(r"(?<=\b[^\W\d_])_([\w∅+-]{1,2})(?!\w)")

type Parts = tuple[tuple[str, bool], ...]


def lowered(text: str) -> Parts:
    """A text in parts, each with whether it stands below the line.

    Examples
    --------
    >>> lowered("n_∅, λ_kj")
    (('n', False), ('∅', True), (', λ', False), ('kj', True))
    >>> lowered("UKdat_5")
    (('UKdat_5', False),)
    """
    parts = enumerate(BELOW.split(text))
    return tuple((part, place % 2 == 1) for place, part in parts if part)
