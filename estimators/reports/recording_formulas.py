"""The formulas of rules by which figures were recorded, and of exits that a second register holds, by the unknowns of a result."""

from collections.abc import Collection

from estimators.rendering.document import Formula
from estimators.reports.formulas import Written

ALONE = ("m, m*", "mean of a figure in its stream alone, and of what is recorded of it")
LABELS = "Cases are recorded under another crime and others under this one, alike in all areas and periods: counts cannot tell how often."
RULES = {  # beginning of the names of unknowns: what the rule says
    "rightly_labelled_": Written(
        (
            Formula(
                r"m^{*} = m\, \pi_{+}",
                "Labels: of what is counted a share is recorded under the right crime.",
            ),
        ),
        (LABELS,),
        (ALONE, ("π_+", "share of true cases that are recorded under the right crime")),
    ),
    "falsely_labelled_": Written(
        (
            Formula(
                r"m^{*} = m\, \pi_{+} / (1 - \pi_{-})",
                "Labels, where a share of what is recorded is false: the mean is divided by the share that is not.",
            ),
        ),
        (LABELS,),
        (ALONE, ("π_+", "share of true cases that are recorded under the right crime, 1 where it is not among the priors"),
         ("π_-", "share of false ones among recorded cases, 0 where it is not among the priors")),
    ),
    "wrongly_labelled_": Written(
        (
            Formula(
                r"m^{*} = m\, \pi_{+} + \pi_{w}\, O",
                "Labels, where another crime is taken for this one: so many are added for each of its offences.",
            ),
        ),
        (LABELS,),
        (ALONE, ("π_+", "share of true cases that are recorded under the right crime, 1 where it is not among the priors"),
         ("π_w, O", "cases wrongly recorded for each offence of the other crime, and its recorded offences")),
    ),
    "log_step_": Written(
        (
            Formula(
                r"m^{*} = m\, \theta_{b}",
                "Breaks: after a declared break the mean is that of the old rule times one unknown factor.",
            ),
        ),
        ("At a declared break the way of counting changes, and nothing says by how much but the figures on both sides and its prior.",),
        (ALONE, ("θ_b", "factor of break b, 1 before it")),
    ),
    "log_source_": Written(
        (
            Formula(
                r"y_{s} \mid y_{r} \sim \mathrm{NegBin}((y_{r} + 1/2)\, \eta_{s} / \eta_{r},\ \phi_{s})",
                "Sources: where an earlier source has a figure of the same area and period, that of a further one is negative binomial "
                "around it, times the factor between the two.",
            ),
            Formula(
                r"y_{s} \sim \mathrm{NegBin}(m\, \eta_{s},\ (1 / \phi + 1 / \phi_{s})^{-1})",
                "Where it stands alone it is negative binomial around the mean of the stream times its factor, and varies as both do.",
            ),
        ),
        ("Of several sources one sets the level; a second count of the same persons tells how sources differ, and no more of the level.",),
        (ALONE, ("y_s, y_r", "figure of a further source, and of an earlier one"),
         ("η_s, φ_s", "factor of a source, 1 for the one that sets the level; size of how far a further one strays from it")),
    ),
    "log_revision_": Written(
        (
            Formula(
                r"m^{*} = m / F_{t}",
                "Delay: the mean of a fresh figure is what it will be divided by the factor by which it still grows.",
            ),
        ),
        ("Fresh figures are not complete: what is delayed will be in the register, what is not reported never will.",),
        (ALONE, ("F_t", "final figure of period t over the fresh one, 1 where figures are old enough")),
    ),
}  # fmt: skip
JOINED = (
    "Where several rules concern a figure its labels come first, then its factors multiply; what a later stage of justice follows from is "
    "the figure divided by its factors."
)
FACTORS = ("log_step_", "log_source_", "log_revision_")


def of_rules(unknown: Collection[str]) -> list[Written]:
    r"""What each rule says of the figures of its stream.

    Examples
    --------
    >>> [part.formulas[0].latex for part in of_rules(["log_step_complaints_A_2021"])[:1]]
    ['m^{*} = m\\, \\theta_{b}']
    """
    there = {begin: part for begin, part in RULES.items() if any(name.startswith(begin) for name in unknown)}
    if {"falsely_labelled_", "wrongly_labelled_"} & set(there):
        there.pop("rightly_labelled_", None)
    words = tuple(dict.fromkeys(text for part in there.values() for text in part.words))
    parts = [Written(part.formulas, (), part.symbols) for part in there.values()]
    joined = (JOINED,) if set(FACTORS) & set(there) else ()
    return [*parts, Written((), (*words, *joined), ())] if parts else []


def of_exits(unknown: Collection[str]) -> Written:
    r"""The register of other exits: what reaches it of the undetected and, where there are such, of the identified.

    Examples
    --------
    >>> of_exits(()).formulas[0].latex
    'R_{at} = \\Lambda_{at}\\, (1 - \\rho_{at})\\, f\\, \\gamma'
    """
    both, stock = "registered_among_identified" in unknown, "log_duration_undetected" in unknown
    undetected = r"(1 - \rho_{at})\, f"
    formulas = [
        Formula(
            rf"R_{{at}} = \Lambda_{{at}}\, ({undetected} + \rho_{{at}}\, g)\, \gamma",
            "Expected in the register: of the undetected and of the identified the share whose exit is of its kind, times the share of "
            "such exits that it holds.",
        )
        if both
        else Formula(
            rf"R_{{at}} = \Lambda_{{at}}\, {undetected}\, \gamma",
            "Expected in the register: of the undetected the share whose exit is of its kind, times the share of such exits that it holds.",
        ),
        Formula(
            r"x_{at} \sim \mathrm{NegBin}(R_{at}\, c,\ \phi_{x})",
            "Registered exits are negative binomial around that, times the share of the area and period that a figure covers.",
        )
        if "log_dispersion_exits" in unknown
        else Formula(
            r"x_{at} \sim \mathrm{Poisson}(R_{at}\, c)",
            "Registered exits are Poisson around that, times the share of the area and period that a figure covers.",
        ),
    ]
    symbols = [
        ("R, x", "exits expected in the register, and those registered"),
        (
            "f, γ",
            "share of the undetected whose exit is of the registered kind; share of such exits that the register holds",
        ),
    ]
    if both:
        symbols.append(("g", "share of the identified who end in the register too"))
    if stock:
        formulas.append(
            Formula(
                r"S_{at} = \Lambda_{at}\, (1 - \rho_{at})\, D_{0} / T_{t}",
                "The stock on a given day is the undetected flow per year times how long exploitation lasts without detection.",
            )
        )
        symbols.append(("S, D_0, T", "stock; years in exploitation where it is never detected; years of a period"))
    words = (
        "Who is exploited is identified, ends in the register of other exits, or leaves unseen: the ratio of the two registers tells the "
        "share identified, as far as the share of the undetected who end in the register is known.",
    )
    return Written(tuple(formulas), words, tuple(symbols))
