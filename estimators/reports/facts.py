"""Everything a report reads of a result, found once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from estimators import numbers
from estimators.diagnostics import (
    Finding,
    Identification,
    contraction,
    convergence,
    identification,
    prior_data_conflict,
    share_sensitivity,
)
from estimators.plots import prediction_table
from estimators.plots.standing import standing
from estimators.plots.style import Drawing
from estimators.reports.account import Account
from estimators.reports.synthesis_tables import hidden_cells, totals
from estimators.reports.verdicts import NOT_PUBLISHABLE, UNKNOWN, VERDICTS
from estimators.reports.whole import SAMPLED, whole
from estimators.results import intervals, summary

MASSES = (0.5, 0.8, 0.95)
QUANTITIES = ("true_count", "incidence", "reporting_probability")
ASSUMED, SYNTHESIS = "assumed shares", "Synthesis"
LARGEST_ERROR = 1.0  # relative; of a limit at 0 it is infinite
NO_STATE = "The result holds no draws, or does not say how they were sampled: nothing shows that it may be published."


@dataclass(frozen=True, eq=False)
class Facts:
    """A result and what was told of it, with everything that several sections need.

    Parameters
    ----------
    post : xarray.DataTree
        As given.
    read : xarray.DataTree
        The same made whole, see `estimators.reports.whole.whole`.
    account : Account
        What no result knows.
    table : pandas.DataFrame
        ``estimators.summary(post)``.
    told : Identification
        Verdict and findings.
    checked : Finding
        Convergence.
    findings : mapping of str to Finding
        Given, by name.
    drawn : mapping of str to matplotlib.figure.Figure
        Figures by name; filled when the report is composed.
    refused : mapping of str to str
        Why a figure is not drawn, or of what no formula is known; filled likewise.
    """

    post: xr.DataTree
    read: xr.DataTree
    account: Account
    table: pd.DataFrame
    told: Identification
    checked: Finding
    findings: Mapping[str, Finding]
    drawn: dict[str, Drawing] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _limits: dict[tuple[str, float], dict[str, xr.DataArray]] = field(default_factory=dict)

    def has(self, groups: str) -> bool:
        """Whether the result has a group, or one of several joined by ``or``."""
        return any(group in self.post.children for group in groups.split(" or "))

    @property
    def of_lists(self) -> bool:
        """Whether the result is one of lists of people."""
        return self.has("lists")

    @property
    def state(self) -> str:
        """Verdict and state of the sampler, for captions."""
        return standing(self.table)

    @property
    def estimator(self) -> str:
        """Its name."""
        return str(self.read.attrs["estimator"])

    @property
    def error(self) -> float:
        """Largest relative simulation error of any limit."""
        return float(self.table["simulation_error"].max())

    @property
    def digits(self) -> int:
        """Significant digits that the simulation supports in every cell."""
        return numbers.supported_digits(self.error)

    @property
    def all_digits(self) -> str:
        """How many digits are printed: as many as the simulation supports, cell by cell."""
        most = numbers.supported_digits(float(self.table["simulation_error"].min()))
        return f"{most}" if most == self.digits else f"{self.digits} to {most}"

    @property
    def publishable(self) -> bool:
        """Whether nothing failed."""
        return self.checked.status != NOT_PUBLISHABLE

    @property
    def focus(self) -> pd.DataFrame:
        """Rows of the period that the first page shows."""
        return self.table[self.table["period"] == self.account.period]

    @property
    def largest(self) -> str:
        """The area with the largest figure of the period, for what is shown of one cell; empty where none has one above 0."""
        rows = self.focus[self.focus["reported"] > 0]
        return str(rows.sort_values("reported")["area"].iloc[-1]) if len(rows) else ""

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Estimates that the result has."""
        return tuple(name for name in QUANTITIES if f"{name}_upper" in self.table)

    def limits(self, quantity: str, probability: float) -> dict[str, xr.DataArray]:
        """Median, lower and upper limit over area and period, each found once, those of all masses together."""
        key = quantity, probability
        if key not in self._limits:
            for mass, found in intervals(self.read, quantity, (*{*MASSES, probability},)).items():
                self._limits[quantity, mass] = {end: each.transpose("area", "period") for end, each in found.items()}
        return self._limits[key]

    @cached_property
    def streams(self) -> tuple[str, ...]:
        """Kinds of figure, ``stream: indicator``, in their order."""
        group = self.post["figures"].to_dataset() if self.has("figures") else xr.Dataset()
        return tuple(str(name).removesuffix(" lower") for name in group if str(name).endswith(" lower"))

    @cached_property
    def unknown_names(self) -> frozenset[str]:
        """Names of unknowns, of the draws and of the priors."""
        drawn = set(map(str, self.post["posterior"].data_vars)) if self.has("posterior") else set()
        stated = set(map(str, self.post["priors"].to_dataset()["quantity"].values)) if self.has("priors") else set()
        return frozenset(drawn | stated)

    def place(self, about: str) -> str:
        """What a figure is about, in words: the area by its name, then its period and stratum; what is no area stays."""
        area, *rest = about.split(" ")
        return ", ".join([self.account.names.get(area, area), *rest]) if area in self.areas else about

    @cached_property
    def areas(self) -> frozenset[str]:
        """All areas of the result."""
        return frozenset(map(str, self.read["observed_data"].to_dataset()["area"].values))

    @cached_property
    def hidden(self) -> xr.DataArray:
        """Which cells are hidden by the rule of publication."""
        return hidden_cells(self.read)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """All areas together; empty where there are no draws."""
        if not self.has("posterior") or "true_count" not in self.post["posterior"]:
            return pd.DataFrame()
        return totals(self.read).assign(verdict=self.told.verdict, convergence=self.checked.status)

    @cached_property
    def unknowns(self) -> Finding | None:
        """Levels, slopes and scales before and after the figures; None where the result has no draws of them."""
        if not (self.has("posterior") and self.has("priors")):
            return None
        found = prior_data_conflict(self.post)
        return found if len(found.table) else None

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Names of the levels and slopes that null directions and contraction are told of."""
        return (
            tuple(self.post["likelihood"].to_dataset()["parameter"].values.astype(str))
            if self.has("likelihood")
            else ()
        )

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Figures beside their predictions; empty where the result has none."""
        needed = ("figures", "posterior_predictive", "log_likelihood")
        found = prediction_table(self.post) if all(map(self.has, needed)) and self.streams else pd.DataFrame()
        return found.assign(verdict=self.told.verdict, convergence=self.checked.status) if len(found) else found

    @cached_property
    def contraction(self) -> Finding | None:
        """How much narrower the levels became, and by what."""
        if not self.has("likelihood") or not self.has("posterior"):
            return None
        names = set(map(str, self.post["likelihood"].to_dataset()["parameter"].values))
        return contraction(self.post) if names & set(map(str, self.post["posterior"].data_vars)) else None

    @cached_property
    def shares(self) -> Finding | None:
        """How the answer follows the shares that a synthesis assumes; None where it assumes none, or figures are hidden."""
        if ASSUMED in self.findings or self.estimator != SYNTHESIS:
            return self.findings.get(ASSUMED)
        draws = self.post["posterior"].to_dataset() if self.has("posterior") and self.has("priors") else xr.Dataset()
        if "true_count" not in draws or np.isnan(draws["true_count"].values).any():
            return None
        found = share_sensitivity(self.post)
        return found if len(found.table) else None


def gather_facts(
    post: xr.DataTree, account: Account, table: pd.DataFrame | None, findings: Sequence[Finding] = ()
) -> Facts:
    """Read the result once."""
    read = whole(post)
    known = bool({"anchors", "estimate", "lists"} & set(post.children))
    told = identification(read) if known else _unknown(read)
    checked = convergence(read)
    if post.attrs.get("engine") in SAMPLED and not {"posterior", "sample_stats"} <= set(post.children):
        checked = Finding("convergence", NOT_PUBLISHABLE, NO_STATE)
    rows = (summary(read) if table is None else table).assign(verdict=told.verdict, convergence=checked.status)
    rows["simulation_error"] = rows["simulation_error"].clip(upper=LARGEST_ERROR)
    return Facts(post, read, account, rows, told, checked, {finding.name: finding for finding in findings})


def _unknown(read: xr.DataTree) -> Identification:
    """No verdict, where the result does not say what fixes its level."""
    tipping = identification(read).finding("tipping points")
    return Identification(UNKNOWN, VERDICTS[UNKNOWN], (tipping,), pd.DataFrame())
