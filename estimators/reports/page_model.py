"""The model of a report: in formulas and in words, and its priors."""

import xarray as xr

from estimators.rendering.document import Block, Formula, Paragraph, Points, Table
from estimators.reports import audit_tables
from estimators.reports.facts import SYNTHESIS, Facts
from estimators.reports.formulas import Written, of_counts
from estimators.reports.list_formulas import of_lists
from estimators.reports.regression_formulas import of_regression
from estimators.reports.stream_formulas import STATEMENTS
from estimators.reports.synthesis_formulas import CLAIMED, of_synthesis
from estimators.reports.tree_formulas import LABELS, of_tree

OWN_WORDS = "The estimator describes itself so:"
NO_STREAMS = "the streams of the synthesis (no group “figures”)"


def written(facts: Facts) -> Written | None:
    """The formulas of the estimator behind a result; what has none is noted among `Facts.refused`."""
    strange: tuple[str, ...] = ()
    found: Written | None
    if facts.estimator == SYNTHESIS:
        found, strange = of_synthesis(
            facts.streams,
            facts.unknown_names,
            periods=facts.read["observed_data"].sizes["period"],
            mapped=_mapped(facts),
        )
        strange = strange if facts.streams else (NO_STREAMS,)
    elif facts.of_lists:
        found = of_lists(facts.estimator, str(facts.read.attrs["description"]))
        strange = () if found else (facts.estimator,)
    else:
        found = _of_counts(facts)
        strange = () if found else (facts.estimator,)
    if strange:
        facts.refused["formulas"] = "\n".join(strange)
    return found


def model(facts: Facts) -> tuple[Block, ...]:
    """Formulas, words, notation and the estimator's own description."""
    found, description = written(facts), str(facts.read.attrs["description"]).partition(" Priors: ")[0]
    own: tuple[Block, ...] = (Paragraph(OWN_WORDS), Paragraph(description)) if description else ()
    if found is None:
        return own
    formulas = tuple(each for formula in found.formulas for each in (formula, Paragraph(formula.spoken)))
    symbols = tuple(dict.fromkeys(found.symbols))
    notation = Table(("Symbol", "Meaning"), symbols, f"Notation of {facts.estimator}.", words=True, symbols=True)
    return (*formulas, Points(found.words), notation, *own)


def priors(facts: Facts) -> tuple[Block, ...]:
    """The table of priors, each with its reason."""
    return (audit_tables.priors_table({"": facts.post}),) if facts.has("priors") else ()


def formulas(facts: Facts) -> tuple[Formula, ...]:
    """The formulas alone."""
    found = written(facts)
    return found.formulas if found else ()


def _of_counts(facts: Facts) -> Written | None:
    description = str(facts.read.attrs["description"])
    if facts.estimator == "MultiplierTree":
        return of_tree(description)
    if facts.estimator == "ValidatedRegression":
        return of_regression(description, facts.unknown_names)
    return LABELS if facts.estimator == "Misclassification" else of_counts(facts.estimator, description)


def _mapped(facts: Facts) -> bool:
    """Whether the reporting level is a claim and no prior of its own."""
    if "log_reported_per_identified" not in facts.unknown_names:
        return False
    anchors = facts.post["anchors"].to_dataset() if facts.has("anchors") else xr.Dataset()
    names = [str(name) for name in anchors["anchor"].values] if "anchor" in anchors else []
    if names:
        return not any(name.startswith(CLAIMED) for name in names)
    return not any(kind.startswith(STATEMENTS) for kind in facts.streams)
