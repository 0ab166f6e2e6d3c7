"""The formulas of a synthesis: the hidden process, and one entry for each stream, by the names found in a result."""

from collections.abc import Collection, Sequence

from estimators.rendering.document import Formula
from estimators.reports.formulas import Written
from estimators.reports.recording_formulas import of_exits, of_rules
from estimators.reports.stream_formulas import MAPPED_SYMBOL, STREAMS

SUM = "{left} is the sum of {terms}."
STAGE = "{stage} given {before}"
INDEX_STREAM = "capacity_index_"
CLAIMED = "prior on reporting"

PROCESS_TERMS = (  # unknown that brings the term ("" for always), term, in words
    ("", r"\log E_{at}", "log person-years"),
    ("", r"\mu", "the incidence level"),
    ("incidence_area_sd", r"\tau\, z_{a}", "an effect of the area"),
    ("incidence_walk_sd", r"r_{at}", "a random walk over the periods of the area"),
    ("incidence_stratum_sd", r"s_{k} + s_{ak}", "effects of the stratum, alone and by area"),
    ("capacity_on_incidence", r"\delta\, \kappa_{at}", "δ times state capacity"),
    ("incidence_slope_", r"x_{at}'\, \beta_{x}", "covariates times their slopes"),
)
REPORTING_TERMS = (
    ("", r"\alpha", "the reporting level"),
    ("reporting_area_sd", r"\tau_{\rho}\, u_{a}", "an effect of the area"),
    ("reporting_walk_sd", r"q_{at}", "a random walk over the periods of the area"),
    ("reporting_shock_sd", r"e_{at}", "a shock of the area and period"),
    ("reporting_stratum_sd", r"o_{k} + o_{ak}", "effects of the stratum, alone and by area"),
    ("capacity_on_reporting", r"\beta\, \kappa_{at}", "β times state capacity"),
    ("reporting_slope_", r"x_{at}'\, \beta_{\rho x}", "covariates times their slopes"),
)
MAPPED = (r"(-m)", "less the log number of cases reported per victim identified, of which the claim speaks")
SPATIAL = Formula(
    r"\tau\, (\sqrt{1 - \xi}\, z_{a} + \sqrt{\xi}\, \nu_{a})",
    "Effects of areas are partly spatial: a share ξ of their variance follows the map, ν being an intrinsic autoregression "
    "of scaled variance 1.",
)
CAPACITY = ("κ", "state capacity, which nothing measures directly; one unit is one standard deviation among areas")
FLOW = (
    ("Λ", "the flow: expected number of persons newly exploited in an area and period"),
    ("E", "person-years in units of 100,000: population times the length of the period"),
    ("ρ", "the reporting probability: the share of the flow that an authority identifies"),
    ("φ", "size of a negative binomial: its variance is its mean plus its mean squared / φ"),
    ("a, t, k", "area, period, stratum"),
)
SYMBOLS = (  # beginnings of the names of unknowns that bring it, symbol, what it is
    (("incidence_area_sd",), "z", "effect of an area on incidence, in standard deviations τ"),
    (("reporting_area_sd",), "u", "effect of an area on reporting, in standard deviations τ_ρ"),
    (("cases_area_sd",), "υ", "effect of an area on cases per victim, in standard deviations τ_ι"),
    (("incidence_walk_sd",), "r", "random walk of an area's incidence over the periods, from 0"),
    (("reporting_walk_sd",), "q", "random walk of an area's reporting over the periods, from 0"),
    (("reporting_shock_sd",), "e", "shock to the reporting of one area and period"),
    (("incidence_stratum_sd",), "s", "effects of a stratum on incidence, in all areas and in one"),
    (("reporting_stratum_sd",), "o", "effects of a stratum on reporting, in all areas and in one"),
    (("capacity_on_",), "β, δ", "slopes of reporting and of incidence on state capacity"),
    (
        ("incidence_slope_", "reporting_slope_"),
        "x, β_x, β_ρx",
        "covariates, and their slopes on incidence and on reporting",
    ),
)


def of_synthesis(
    streams: Sequence[str], unknown: Collection[str], *, periods: int, mapped: bool
) -> tuple[Written, tuple[str, ...]]:
    """The formulas of the process and of each stream, and the streams without any.

    Parameters
    ----------
    streams : sequence of str
        Kinds of figure, ``stream: indicator``, as the group ``figures`` names them.
    unknown : collection of str
        Names of unknowns; a term is there if its unknown is.
    periods : int
        How many there are: stages of one cohort have no lag even where there are several.
    mapped : bool
        Whether the reporting level is a claim, which speaks of cases reported.
    """
    parts = [_process(unknown)]
    names = list(dict.fromkeys(kind.partition(": ")[0] for kind in streams))
    kinds = {"capacity_index" if name.startswith(INDEX_STREAM) else name: name for name in names}
    strange = []
    for kind, name in kinds.items():
        if kind == "identified_victims":
            parts.append(_identified(unknown, mapped=mapped))
        elif kind == "justice_funnel":
            stages = [each.partition(": ")[2] for each in streams if each.startswith("justice_funnel: ")]
            parts.append(_funnel(stages, unknown, periods))
        elif kind == "exits":
            parts.append(of_exits(unknown))
        elif kind in STREAMS:
            parts.append(STREAMS[kind])
        else:
            strange.append(name)
    parts += of_rules(unknown)
    formulas, words, symbols = (
        tuple(each for part in parts for each in getattr(part, field)) for field in ("formulas", "words", "symbols")
    )
    if any(r"\kappa" in formula.latex for formula in formulas):
        symbols += (CAPACITY,)
    there = [any(name.startswith(begin) for name in unknown) for begin, _, _ in SYMBOLS]
    symbols += tuple((symbol, meaning) for (_, symbol, meaning), known in zip(SYMBOLS, there, strict=True) if known)
    symbols += (MAPPED_SYMBOL,) if mapped and MAPPED_SYMBOL not in symbols else ()
    return Written(formulas, words, symbols), tuple(strange)


def _process(unknown: Collection[str]) -> Written:
    formulas = [summed(r"\log \Lambda_{at}", "The log flow", _there(PROCESS_TERMS, unknown))]
    if {"incidence_spatial_share", "reporting_spatial_share"} & set(unknown):
        formulas.append(SPATIAL)
    words = (
        "One hidden flow of persons newly exploited, by area and period; every figure shows a part of it under a level of its own.",
    )
    level = ("μ, τ", "the incidence level, and the standard deviation of effects of areas")
    return Written(tuple(formulas), words, (*FLOW, level))


def _identified(unknown: Collection[str], *, mapped: bool) -> Written:
    terms = _there(REPORTING_TERMS, unknown) + ([MAPPED] if mapped else [])
    figure = Formula(
        r"y_{at} \sim \mathrm{NegBin}(\Lambda_{at}\, \rho_{at}\, c,\ \phi)",
        "Identified victims are negative binomial, their mean the flow times the reporting probability times the share of the "
        "cell that is covered.",
    )
    words = (
        "Those whom an authority identified are counted: their number moves with how many there are and with who looks for them.",
    )
    symbols = (
        ("y, c", "identified victims, and the share of the area and period that a figure covers"),
        ("α, τ_ρ", "the reporting level, and the standard deviation of its effects of areas"),
    )
    return Written(
        (figure, summed(r"\mathrm{logit}\, \rho_{at}", "The logit of the reporting probability", terms)), words, symbols
    )


def _funnel(stages: Sequence[str], unknown: Collection[str], periods: int) -> Written:
    effect = r"\iota + \tau_{\iota}\, \upsilon_{a}" if "cases_area_sd" in unknown else r"\iota"
    formulas = [
        Formula(
            rf"I_{{at}} \sim \mathrm{{NegBin}}(\Lambda_{{at}}\, \rho_{{at}}\, \exp({effect}),\ \phi_{{1}})",
            "The first stage is negative binomial, its mean the flow that is reported times the cases per identified victim of the area.",
        )
    ]
    if len(stages) > 1:
        formulas.append(_later(unknown, periods))
    words = (
        "Cases pass from stage to stage of justice, a share each time: what is lost on the way says nothing of those who were "
        "never identified.",
    )
    return Written(
        tuple(formulas),
        words,
        (
            ("I, P", "numbers at the first stage and at a later one"),
            (
                "ι, ε, λ, ω",
                "log cases per identified victim; log share that moves on, its slope on capacity; share that moves on within the period",
            ),
        ),
    )


def _later(unknown: Collection[str], periods: int) -> Formula:
    carried = r"\exp(\varepsilon + \lambda \kappa_{at})"
    if "logit_same_period" in unknown:
        return Formula(
            rf"P_{{at}} \sim \mathrm{{NegBin}}((\omega I_{{at}} + (1 - \omega) I_{{a,t-1}} + 1/2)\, {carried},\ \phi)",
            "A later stage is negative binomial around the stage before, of this period and of the one before, times the share "
            "that moves on.",
        )
    if periods > 1:
        return Formula(
            r"P_{at} \sim \mathrm{BetaBinomial}(I_{at},\ \exp(\varepsilon + \lambda \kappa_{at}))",
            "A later stage is beta-binomial among the figure of the stage before, of which it is a share: the same cases are followed.",
        )
    return Formula(
        rf"P_{{at}} \sim \mathrm{{NegBin}}((I_{{at}} + 1/2)\, {carried},\ \phi)",
        "A later stage is negative binomial around the stage before times the share that moves on; of one cohort it is "
        "beta-binomial among it.",
    )


def _there(terms: Sequence[tuple[str, str, str]], unknown: Collection[str]) -> list[tuple[str, str]]:
    return [(term, words) for name, term, words in terms if any(each.startswith(name) for each in unknown) or not name]


def summed(left: str, named: str, terms: Sequence[tuple[str, str]]) -> Formula:
    """A sum of terms, in a formula and in words."""
    latex = f"{left} = {' + '.join(term for term, _ in terms)}"
    return Formula(latex, SUM.format(left=named, terms="; ".join(words for _, words in terms)))
