"""Bundled public figures: what there is, the tables themselves, and evidence made from them.

`catalogue` lists the tables, `describe` tells all that is known of one, `load` reads it. `walk_free`, `country_names` and `mexico_tiles`
are tables, `without` leaves single figures out, `lists` and `captures` return capture histories; the other functions return `Evidence`,
ready for an estimator.
"""

from estimators.datasets.assembly import without
from estimators.datasets.capture import captures, list_tables, lists
from estimators.datasets.mexico import mexico, mexico_half_years, mexico_states, mexico_tiles
from estimators.datasets.region import country_names, latin_america, latin_america_by_form, walk_free
from estimators.datasets.tables import FOLDER, catalogue, describe, load

__all__ = [
    "FOLDER",
    "captures",
    "catalogue",
    "country_names",
    "describe",
    "latin_america",
    "latin_america_by_form",
    "list_tables",
    "lists",
    "load",
    "mexico",
    "mexico_half_years",
    "mexico_states",
    "mexico_tiles",
    "walk_free",
    "without",
]
