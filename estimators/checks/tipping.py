"""What would have to be true for the estimate to be something else: the level at held values of δ and of ρ."""

import numpy as np
import pandas as pd
from scipy import special

from estimators.checks.fits import level, limits
from estimators.checks.refits import Refits
from estimators.checks.sources import Progress
from estimators.diagnostics import Finding

DELTAS = (-1.0, -0.5, 0.0, 0.5, 1.0)
SHARES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def tipping_finding(refits: Refits, progress: Progress) -> Finding:
    """Total flow per year with the typical reporting probability, or the slope of incidence on capacity, held at a value."""
    names = [location.name for location in refits.panel.locations]
    held = []
    if "logit_reporting_level" in names:
        held += [
            ("typical reporting probability", "logit_reporting_level", share, float(special.logit(share)))
            for share in SHARES
        ]
    if "capacity_on_incidence" in names:
        held += [("capacity on incidence (δ)", "capacity_on_incidence", delta, delta) for delta in DELTAS]
    rows = []
    for what, name, shown, value in progress(held, "tipping points"):
        world = refits.world(refits.held(name, value, f"{what} at {shown:g}"))
        rows.append({"held": what, "at": shown, **limits(np.exp(level(world)))})
    table = pd.DataFrame(rows)
    spans = [
        f"{what}: {part['median'].max() / part['median'].min():.2g}" for what, part in table.groupby("held", sort=False)
    ]
    text = (
        "Total flow per year with one assumption held at a value and everything else fitted again. Largest median over smallest: "
        f"{'; '.join(spans)}. A reader who believes in one row should read that row."
    )
    return Finding("tipping table", "assumptions held at values", text + refits.note(), table)
