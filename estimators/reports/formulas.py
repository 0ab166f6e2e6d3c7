"""The formulas of each estimator, in the part of LaTeX that figures draw as well, with the same in words and the symbols explained."""

from dataclasses import dataclass

from estimators.rendering.document import Formula

UNIFORM = "true count N is uniform"


@dataclass(frozen=True)
class Written:
    """Formulas, words and symbols of a model or a part of one.

    Parameters
    ----------
    formulas : tuple of Formula
        In the order in which they are read.
    words : tuple of str
        The same as an account of how figures come about.
    symbols : tuple of (str, str)
        Each symbol and what it stands for.
    """

    formulas: tuple[Formula, ...]
    words: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]


COUNT = ("y", "the reported count of an area and a period")
TRUE = ("N", "the true count, known or not")
SHARE = ("ρ", "the reporting probability: the share of the true count that is reported")
RATE = ("λ", "incidence: events per 100,000 persons and year")
EXPOSURE = ("E", "person-years in units of 100,000: population times the length of the period")
INDEX = ("a, t", "area and period")

THINNING = Formula(
    r"y \mid N, \rho \sim \mathrm{Binomial}(N,\ \rho)",
    "The reported count, given the true count and the reporting probability, is binomial.",
)
UNREPORTED = Formula(
    r"N - y \mid y, \rho \sim \mathrm{NegBin}(y,\ \rho), \qquad y \geq 1",
    "The unreported count, given the reported one and the reporting probability, is negative binomial of size y: the number of failures "
    "before y successes.",
)
SCALE_FREE = Formula(
    r"\pi(N) \propto 1 / N, \qquad \rho \sim \pi(\rho)",
    "The prior of the true count is proportional to one over it; the reporting probability has the prior in the table of priors.",
)
REPORTED_ONCE = "Every case is reported or not, independently of the others and with the same probability within an area and a period."

MULTIPLIER = Written(
    (
        Formula(
            r"N \approx y / \rho",
            "In short: the true count is about the reported count divided by the reporting probability.",
        ),
        THINNING,
        SCALE_FREE,
        UNREPORTED,
    ),
    (
        REPORTED_ONCE,
        "This prior of the true count leaves the reporting probability as it was, so what comes out is the claim, turned into a count.",
    ),
    (COUNT, TRUE, SHARE),
)
UNIFORM_MULTIPLIER = Written(
    (
        MULTIPLIER.formulas[0],
        THINNING,
        Formula(
            r"\pi(N) \propto 1, \qquad \rho \sim \mathrm{Beta}(c,\ d)",
            "The prior of the true count is uniform, that of the reporting probability beta.",
        ),
        Formula(
            r"\rho \mid y \sim \mathrm{Beta}(c - 1,\ d), \qquad N - y \mid y, \rho \sim \mathrm{NegBin}(y + 1,\ \rho)",
            "Given the count, the reporting probability is beta with c less one, and the unreported count negative binomial of "
            "size y plus one.",
        ),
    ),
    (
        REPORTED_ONCE,
        "A uniform prior of the true count is informative: it moves the reporting probability down before any figure is seen.",
    ),
    (COUNT, TRUE, SHARE, ("c, d", "parameters of the beta prior, see the table of priors")),
)
BOUNDS = Written(
    (
        Formula(
            r"y / \rho_{U} \leq N \leq y / \rho_{L}",
            "The true count lies between the reported count divided by the highest and by the lowest reporting probability.",
        ),
        Formula(
            r"L(y) / \rho_{U} \leq \Lambda \leq U(y) / \rho_{L}",
            "With chance allowed for, the mean of the true count lies between Garwood's exact limits of the count, divided likewise.",
        ),
    ),
    (
        "Nothing is assumed but the range of the reporting probability: within the limits no value is more likely than another.",
    ),
    (
        COUNT,
        TRUE,
        ("Λ", "the Poisson mean of the true count"),
        ("ρ_L, ρ_U", "the lowest and the highest reporting probability that is held possible"),
        ("L(y), U(y)", "Garwood's exact confidence limits of a Poisson mean"),
    ),
)
POISSON = Written(
    (
        Formula(
            r"N \mid \lambda \sim \mathrm{Poisson}(E \lambda)",
            "The true count is Poisson, its mean the person-years times the incidence.",
        ),
        THINNING,
        Formula(
            r"\lambda \sim \mathrm{Gamma}(a,\ b), \qquad \rho \sim \pi(\rho)",
            "Incidence has a gamma prior, the reporting probability the prior in the table.",
        ),
        Formula(
            r"\pi(\rho \mid y) \propto \pi(\rho)\, \rho^{y}\, (b + E \rho)^{-(a + y)}",
            "Given the count, the density of the reporting probability is its prior times ρ to the power y, divided by b plus E ρ "
            "to the power "
            "a plus y.",
        ),
        Formula(
            r"\lambda \mid \rho, y \sim \mathrm{Gamma}(a + y,\ b + E \rho)",
            "Given both, incidence is gamma with a plus y and rate b plus E ρ.",
        ),
    ),
    (REPORTED_ONCE, "Areas and periods are read one by one, each with the same two priors."),
    (COUNT, TRUE, SHARE, RATE, EXPOSURE, ("a, b", "shape and rate of the gamma prior of incidence")),
)
OVERDISPERSED = Written(
    (
        Formula(
            r"N \mid \lambda \sim \mathrm{NegBin}(\mathrm{mean} = E \lambda,\ \mathrm{size} = \phi)",
            "The true count is negative binomial, its mean the person-years times the incidence.",
        ),
        THINNING,
        Formula(
            r"y \mid \lambda, \rho \sim \mathrm{NegBin}(\mathrm{mean} = E \lambda \rho,\ \mathrm{size} = \phi)",
            "The reported count is then negative binomial too, of the same size, its mean multiplied by the reporting probability.",
        ),
        POISSON.formulas[2],
    ),
    (
        *POISSON.words,
        "The size is given and not estimated: one count cannot tell variation of incidence from variation of reporting.",
    ),
    (*POISSON.symbols, ("φ", "size of the negative binomial: its variance is mean + mean² / φ")),
)
HIERARCHICAL = Written(
    (
        Formula(
            r"y_{at} \sim \mathrm{Poisson}(E_{at}\, \lambda_{at}\, \rho_{a})",
            "The reported count is Poisson, its mean the person-years times incidence times reporting probability; the true count "
            "is summed out.",
        ),
        Formula(
            r"\log \lambda_{at} = \mu + \tau z_{a} + \omega w_{at}",
            "Log incidence is a level, an effect of the area and, where there are several periods, one of area and period.",
        ),
        Formula(
            r"\mathrm{logit}\, \rho_{a} = \alpha + \kappa u_{a}",
            "The logit of the reporting probability is a level and an effect of the area.",
        ),
        Formula(r"z_{a},\ u_{a},\ w_{at} \sim \mathrm{Normal}(0,\ 1)", "All effects are standard normal."),
        Formula(
            r"N_{at} = y_{at} + \mathrm{Poisson}(E_{at}\, \lambda_{at}\, (1 - \rho_{a}))",
            "After sampling the true count is the reported one and a Poisson count of those who are not reported.",
        ),
    ),
    (
        REPORTED_ONCE,
        "Areas differ, but are alike enough to be pooled; what is reported of an area does not change over the periods.",
    ),
    (
        COUNT,
        TRUE,
        SHARE,
        RATE,
        EXPOSURE,
        ("μ, α", "typical log incidence, and typical logit of the reporting probability"),
        ("τ, ω, κ", "standard deviations of the effects"),
        INDEX,
    ),
)
BUDGET = Written(
    (
        Formula(
            r"\log N \sim \mathrm{Normal}(m_{k},\ s_{k}^{2})",
            "Each anchor says of the log true count that it is normal.",
        ),
        Formula(
            r"m_{k} = \log y - \mathrm{E} \log \rho, \qquad s_{k}^{2} = \mathrm{Var} \log \rho + 1 / y",
            "A claim about reporting says the log count less the expected log reporting probability, with the variance of that log "
            "and of the count.",
        ),
        Formula(
            r"\log N \mid m, s \sim \mathrm{Normal}\left(\frac{\sum_{k} m_{k} / s_{k}^{2}}{\sum_{k} 1 / s_{k}^{2}},\ "
            r"\frac{1}{\sum_{k} 1 / s_{k}^{2}}\right)",
            "Together they say the mean of what each says, weighted by precision; precisions add up.",
        ),
    ),
    (
        "Each anchor is weighed by its precision; the anchors are taken as independent of each other, which is an assumption "
        "and no result.",
    ),
    (COUNT, TRUE, SHARE, ("m_k, s_k", "mean and standard deviation that anchor k gives to the log true count")),
)

COUNTS = {
    "Multiplier": MULTIPLIER,
    "Bounds": BOUNDS,
    "ThinnedPoisson": POISSON,
    "ThinnedNegativeBinomial": OVERDISPERSED,
    "HierarchicalThinnedPoisson": HIERARCHICAL,
    "AnchorBudget": BUDGET,
}


def of_counts(estimator: str, description: str) -> Written | None:
    r"""The formulas of an estimator of one count; None where it is none of them.

    Examples
    --------
    >>> of_counts("Bounds", "").formulas[0].latex
    'y / \\rho_{U} \\leq N \\leq y / \\rho_{L}'
    """
    if estimator == "Multiplier" and UNIFORM in description:
        return UNIFORM_MULTIPLIER
    return COUNTS.get(estimator)
