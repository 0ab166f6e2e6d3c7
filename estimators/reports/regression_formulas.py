"""The formulas of a regression with a validation sample, by the terms of its two sides."""

from collections.abc import Collection

from estimators.rendering.document import Formula
from estimators.reports.formulas import COUNT, EXPOSURE, INDEX, RATE, SHARE, TRUE, Written
from estimators.reports.synthesis_formulas import summed

MAPPED, DISPERSED = "effects of areas that follow the map", "are negative binomial"
EFFECT, SLOPE = "effects of areas", "(slope "
RATES, SHARES = "log incidence depends on ", "logit reporting depends on "
AREA = "an effect of the area"
ALONE = "an effect of the area that follows the map, b being an intrinsic autoregression of scaled variance 1"
PARTLY = "an effect of the area, of whose variance a share ω follows the map, b being an intrinsic autoregression of scaled variance 1"
SLOPES = "covariates times their slopes"
COUNTED = Formula(
    r"y_{at} \sim \mathrm{Poisson}(E_{at}\, \lambda_{at}\, \rho_{at})",
    "The reported count is Poisson, its mean the person-years times incidence times reporting probability; the true count is summed out.",
)
COUNTED_WIDELY = Formula(
    r"y_{at} \sim \mathrm{NegBin}(\mathrm{mean} = E_{at}\, \lambda_{at}\, \rho_{at},\ \mathrm{size} = \phi)",
    "The reported count is negative binomial, its mean the person-years times incidence times reporting probability; the true count is "
    "summed out.",
)
OWN_PRIOR = Formula(
    r"\rho_{u} \sim \pi_{u}(\rho)",
    "The reporting probability of each unit has a prior of its own, on the scale of probabilities, where its covariates are 0.",
)
VALIDATED = Formula(
    r"v_{u} \sim \mathrm{Binomial}(m_{u},\ \rho_{u})",
    "Of the audited cases of a unit, where there are any, those that had been reported are binomial with its reporting probability.",
)
UNREPORTED = Formula(
    r"N_{at} = y_{at} + \mathrm{Poisson}(E_{at}\, \lambda_{at}\, (1 - \rho_{at}))",
    "After sampling the true count is the reported one and a Poisson count of those who are not reported.",
)
SPREAD = Formula(
    r"g_{at} \mid y_{at} \sim \mathrm{Gamma}(\phi + y_{at},\ \phi + E_{at}\, \lambda_{at}\, \rho_{at})",
    "By how much a true count is above or below its mean is a gamma factor, of which the reported count tells something.",
)
UNREPORTED_WIDELY = Formula(
    r"N_{at} = y_{at} + \mathrm{Poisson}(E_{at}\, \lambda_{at}\, g_{at}\, (1 - \rho_{at}))",
    "The true count is the reported one and a Poisson count of those who are not reported, its mean times that factor.",
)
WORDS = (
    "Every case is reported or not with the probability of its area and period, whatever the count would have been.",
    "Audits and priors of units tell incidence from reporting: where little is reported the counts see only the product of the two.",
)


def of_regression(description: str, unknown: Collection[str]) -> Written:
    r"""Formulas of a regression with a validation sample, by what its description says and the unknowns of its result.

    Examples
    --------
    >>> told = "Figures are Poisson; log incidence depends on effects of areas; logit reporting depends on nothing further."
    >>> of_regression(told, ()).formulas[1].latex
    '\\log \\lambda_{at} = \\mu + \\tau_{\\lambda}\\, z_{a}'
    """
    wide, mapped = DISPERSED in description, MAPPED in description
    incidence, _, reporting = description.partition(RATES)[2].partition(SHARES)
    partly = bool({"incidence_share", "reporting_share"} & set(unknown))
    sides = (
        summed(
            r"\log \lambda_{at}",
            "The log incidence",
            [(r"\mu", "the incidence level"), *_terms(incidence, r"x_{at}'\, \beta", r"\lambda", "z", partly=partly)],
        ),
        summed(
            r"\mathrm{logit}\, \rho_{at}",
            "The logit of the reporting probability",
            [
                (r"\mathrm{logit}\, \rho_{u(a)}", "that of the unit of the area"),
                *_terms(reporting, r"w_{at}'\, \alpha", r"\rho", "s", partly=partly),
            ],
        ),
    )
    after = (SPREAD, UNREPORTED_WIDELY) if wide else (UNREPORTED,)
    map_only = ("b", "standard effects of areas that follow the map")
    symbols = (
        COUNT,
        TRUE,
        SHARE,
        RATE,
        EXPOSURE,
        ("μ", "typical log incidence"),
        ("u, ρ_u", "a unit of reporting, which areas share, and its reporting probability"),
        ("m, v", "audited cases, and those of them that had been reported"),
        *((("x, w, β, α", "covariates of incidence and of reporting, and their slopes"),) if SLOPE in description else ()),
        *((("τ, z, s", "standard deviations of effects of areas, and effects that are standard normal"),) if EFFECT in description else ()),
        *((("b, ω", "effects that follow the map, and their share of the variance") if partly else map_only,) if mapped else ()),
        *((("φ, g", "size of the negative binomial, variance mean + mean² / φ; the factor of an area and period"),) if wide else ()),
        INDEX,
    )  # fmt: skip
    formulas = (COUNTED_WIDELY if wide else COUNTED, *sides, OWN_PRIOR, VALIDATED, *after)
    return Written(formulas, WORDS, symbols)


def _terms(side: str, slopes: str, of: str, effect: str, *, partly: bool) -> list[tuple[str, str]]:
    """Terms of one side: covariates, effects of areas."""
    found = [(slopes, SLOPES)] if SLOPE in side else []
    if MAPPED in side and partly:
        spread = rf"(\sqrt{{1 - \omega}}\, {effect}_{{a}} + \sqrt{{\omega}}\, b_{{a}})"
        found.append((rf"\tau_{{{of}}}\, {spread}", PARTLY))
    elif MAPPED in side:
        found.append((rf"\tau_{{{of}}}\, b_{{a}}", ALONE))
    elif EFFECT in side:
        found.append((rf"\tau_{{{of}}}\, {effect}_{{a}}", AREA))
    return found
