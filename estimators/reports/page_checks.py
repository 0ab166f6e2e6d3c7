"""The checks of a report: predictions, convergence, and whatever needs refits and was given."""

import pandas as pd

from estimators import numbers
from estimators.diagnostics import Finding
from estimators.plots import alternative
from estimators.rendering.document import Block, Paragraph, Picture
from estimators.reports import list_tables
from estimators.reports.facts import ASSUMED, SYNTHESIS, Facts
from estimators.reports.needs import FROM_CHECKS
from estimators.reports.synthesis_tables import ENDS, printed

RARE = 0.01
SHOWN = ("leave one source out", "leave one area out", "node split", "placebo source")
SENSITIVITY = ("power scaling", "tipping table", "multiverse")
PREDICTIVE = ("prior predictive", "posterior predictive", "reported rates")
PICTURES = {
    "leave one source out": "leave_one_source_out",
    "leave one area out": "leave_one_area_out",
    "tipping table": "tipping_points",
}
STATUS = "{heading}: {status}. {text}"
ABSENT = "Not run for this report: {checks}."
NO_REFITS = (
    "{estimator} has no checks by refitting; fit it again with other values to see what they do, as a multiverse of a "
    "Synthesis does."
)
UNEXPECTED = (
    "Each figure beside its prediction from all the others: {rare} of {rows} lie so far out that the model gives them a probability below "
    "{level:g}; about {expected} would by chance alone."
)
RESERVATION = "A good prediction says nothing about the level: every share reported predicts the same counts."
TOTAL = {end: f"total_flow_per_year_{end}" for end in ENDS}
MOVED = {end: f"true_count_{end}" for end in ENDS}  # of all areas and periods, as the finding's text says
MOST_ROWS = 60
FIRST_ROWS = "The first {shown} of {rows} rows. {caption}"
COLUMNS = [
    "about",
    "indicator",
    "lower",
    "upper",
    "predicted_median",
    "predicted_lower",
    "predicted_upper",
    "tail",
    "effective_draws",
    "simulation_error",
]


def heading(finding: Finding) -> str:
    """The name of a check in words."""
    return FROM_CHECKS.get(finding.name, (finding.name[:1].upper() + finding.name[1:], ""))[0]


def finding_blocks(facts: Facts, finding: Finding) -> tuple[Block, ...]:
    """What a check found: a sentence, its figure and its table."""
    blocks: list[Block] = [Paragraph(STATUS.format(heading=heading(finding), status=finding.status, text=finding.text))]
    figure = facts.drawn.get(PICTURES.get(finding.name, ""))
    caption = f"{heading(finding)}. {facts.state}"
    if figure is not None:
        blocks.append(Picture(figure, caption, alternative(figure)))
    if len(finding.table):
        columns = MOVED if finding.name == ASSUMED else TOTAL
        rows = finding.table.head(MOST_ROWS).rename(columns=columns if set(columns) <= set(finding.table) else {})
        more = len(finding.table) > MOST_ROWS
        said = FIRST_ROWS.format(shown=MOST_ROWS, rows=len(finding.table), caption=caption) if more else caption
        blocks.append(printed(rows, said, names=facts.account.names))
    return tuple(blocks)


def _given_or_not(facts: Facts, names: tuple[str, ...]) -> tuple[Block, ...]:
    given = [block for name in names if name in facts.findings for block in finding_blocks(facts, facts.findings[name])]
    absent = [FROM_CHECKS[name][0] for name in names if name in FROM_CHECKS and name not in facts.findings]
    if facts.estimator != SYNTHESIS or not absent:
        return tuple(given)
    return (*given, Paragraph(ABSENT.format(checks="; ".join(absent))))


def left_out(facts: Facts) -> tuple[Block, ...]:
    """Sources and areas left out or replaced, where that was done."""
    return _given_or_not(facts, SHOWN)


def sensitivity(facts: Facts) -> tuple[Block, ...]:
    """Power scaling, assumptions held at values, a multiverse; and every other finding that was given."""
    known = {
        *SHOWN,
        *SENSITIVITY,
        *PREDICTIVE,
        *(finding.name for finding in facts.told.findings),
        "convergence",
        "contraction",
        "prior-data conflict",
        ASSUMED,  # beside the answer
    }
    others = tuple(name for name in facts.findings if name not in known)
    blocks = _given_or_not(facts, (*SENSITIVITY, *others))
    if facts.of_lists:
        return (*blocks, *list_tables.checks(facts))
    return blocks or (Paragraph(NO_REFITS.format(estimator=facts.estimator)),)


def unexpected(facts: Facts) -> tuple[Block, ...]:
    """Figures that the model does not expect, and predictive checks."""
    blocks: list[Block] = []
    table = facts.predictions
    if not table.empty:
        rare = table[table["tail"] < RARE]
        text = UNEXPECTED.format(rare=len(rare), rows=len(table), level=RARE, expected=f"{RARE * len(table):.0f}")
        blocks += [Paragraph(text), Paragraph(RESERVATION)]
        if "predictions" in facts.drawn:
            figure = facts.drawn["predictions"]
            blocks.append(Picture(figure, f"Figures against predictions. {facts.state}", alternative(figure)))
        if len(rare):
            listed = in_words(facts, rare[COLUMNS]).rename(
                columns={"lower": "figure_at_least", "upper": "figure_at_most"}
            )
            caption = f"Figures that the model does not expect. {facts.state}"
            blocks.append(printed(listed, caption, names=facts.account.names))
    return (*blocks, *_given_or_not(facts, PREDICTIVE))


def in_words(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """The same with the places of its figures by their names."""
    return table.assign(about=table["about"].map(facts.place))


def convergence(facts: Facts) -> tuple[Block, ...]:
    """State of the sampler with the numbers behind it."""
    table = facts.checked.table
    blocks: list[Block] = [Paragraph(facts.checked.text)]
    if table.empty or not facts.has("sample_stats"):
        return tuple(blocks)
    weighted = "pareto_k" in table  # independent draws: nothing by quantity
    worst = table if weighted else table.sort_values("ess_bulk")
    heading = "Importance weights behind the draws" if weighted else "Worst value of each quantity over its cells"
    return (*blocks, printed(worst, f"{heading}. {facts.state}"))


def extremes(facts: Facts) -> str:
    """Share of the figures that lie far out, in words; empty where nothing was predicted."""
    table = facts.predictions
    if table.empty:
        return ""
    return f"{int((table['tail'] < RARE).sum())} of {numbers.count(len(table))}"
