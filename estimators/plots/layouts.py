"""Where areas stand on a map of equal tiles: north above, west to the left. The layouts are ours."""

from collections.abc import Iterable

import pandas as pd

from estimators.errors import ModelError

MEXICO = (
    "BCN SON CHH COA NLE TAM .   .   .   .  ",
    "BCS SIN DUR ZAC SLP .   .   .   .   .  ",
    ".   NAY JAL AGU GUA QUE HID .   .   YUC",
    ".   .   COL MIC MEX CMX TLA VER CAM ROO",
    ".   .   .   .   GRO MOR PUE TAB .   .  ",
    ".   .   .   .   .   .   OAX CHP .   .  ",
)
LATIN_AMERICA = (
    "MEX .   .   .   CUB .   .   .  ",
    ".   GTM HND .   .   HTI DOM .  ",
    ".   SLV NIC .   .   .   .   .  ",
    ".   .   CRI PAN COL VEN .   .  ",
    ".   .   .   .   ECU BRA .   .  ",
    ".   .   .   .   PER BOL PRY .  ",
    ".   .   .   .   CHL ARG URY .  ",
)
PREFIX = {"mexico": "MX-", "latin_america": ""}
LINES = {"mexico": MEXICO, "latin_america": LATIN_AMERICA}
EMPTY = "."
NO_LAYOUT = (
    "areas {areas}: expected Mexican states (MX-…) or countries of Latin America (ISO codes of three letters), or tiles"
)


def tile_layout(name: str) -> pd.DataFrame:
    """A layout that comes with the package.

    Parameters
    ----------
    name : {"mexico", "latin_america"}
        The 32 states of Mexico, or 20 countries from Mexico to Argentina.

    Returns
    -------
    pandas.DataFrame
        Columns area, row (from the north) and column (from the west).

    Examples
    --------
    >>> len(tile_layout("mexico")), len(tile_layout("latin_america"))
    (32, 20)
    """
    if name not in LINES:
        raise ModelError(f"layout {name!r}: expected one of {', '.join(LINES)}")
    placed = [
        (PREFIX[name] + code, row, column)
        for row, line in enumerate(LINES[name])
        for column, code in enumerate(line.split())
        if code != EMPTY
    ]
    return pd.DataFrame(placed, columns=["area", "row", "column"])


def tiles_for(areas: Iterable[str]) -> pd.DataFrame:
    """The layout that has all of these areas.

    Raises
    ------
    ModelError
        None has.
    """
    wanted = set(areas)
    for name in LINES:
        found = tile_layout(name)
        if wanted and wanted <= set(found["area"]):
            return found
    known = {area for name in LINES for area in tile_layout(name)["area"]}
    raise ModelError(NO_LAYOUT.format(areas=", ".join(sorted(wanted - known or wanted)) or "none"))
