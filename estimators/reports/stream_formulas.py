"""The formulas of each stream that can stand beside identified victims and the justice funnel, by its name in a result."""

from estimators.rendering.document import Formula
from estimators.reports.formulas import Written

STATEMENTS = "statements"
MAPPED_SYMBOL = ("m", "log cases reported per victim identified")
STREAMS: dict[str, Written] = {
    "hotline": Written(
        (
            Formula(
                r"H \sim \mathrm{NegBin}(\Lambda\, h\, (1 + d) / \psi,\ \phi_{H})",
                "Unclassified reports are negative binomial, their mean the flow times hotline use times calls per victim, divided by "
                "the valid share.",
            ),
            Formula(
                r"G \mid H \sim \mathrm{BetaBinomial}(H,\ \psi), \qquad G \sim \mathrm{NegBin}(\Lambda\, h\, (1 + d),\ \phi_{G})",
                "Classified reports are beta-binomial beside the reports of their cell, and negative binomial where these are not known.",
            ),
            Formula(
                r"\log h_{at} = \chi + \tau_{h}\, \zeta_{a} + \mathrm{drift}_{at}",
                "Log hotline use is a level, an effect of the area and a random walk.",
            ),
        ),
        (
            "A hotline hears of some of the victims, of some twice, and of much else: who calls depends on campaigns and on trust.",
        ),
        (
            (
                "h, d, ψ",
                "classified reports per victim, duplicates per victim, share of all reports that are trafficking",
            ),
            ("H, G", "unclassified and classified reports"),
            ("χ, τ_h, ζ", "log hotline use of a typical area, standard deviation of its effects of areas, and these"),
        ),
    ),
    "survey": Written(
        (
            Formula(
                r"\log \hat{S} \sim \mathrm{Normal}(\log \Lambda + \log D - \log \vartheta + b,\ \sigma_{S}^{2})",
                "The log of a published stock is normal around log flow per year plus log duration less the log share that meets the "
                "definition, plus "
                "a common bias; of a published flow the duration is left out.",
            ),
        ),
        (
            "A survey counts another condition at one time: duration, definition and a common bias turn it into the flow.",
        ),
        (
            ("Ŝ, σ_S", "the published figure, and the standard deviation of its log"),
            ("D, ϑ, b", "years in the condition, share of the surveyed condition that is trafficking, common log bias"),
        ),
    ),
    "overlap": Written(
        (
            Formula(
                r"B \sim \mathrm{Poisson}(\Lambda\, \rho\, h\, \theta)",
                "Matched records are Poisson: flow times reporting probability times hotline use times dependence.",
            ),
        ),
        ("Persons known to both sources are counted; who is known to one is likelier to be known to the other.",),
        (
            (
                "B, θ",
                "persons in both registers; how much likelier a person known to one source is to be known to the other",
            ),
        ),
    ),
    "validation": Written(
        (
            Formula(
                r"K_{A} \sim \mathrm{BetaBinomial}(A,\ \rho)",
                "Of the audited cases those that had been reported are beta-binomial around the reporting probability.",
            ),
        ),
        ("An audit finds true cases where somebody looked and asks how many of them had been reported.",),
        (("A, K_A", "audited cases, and those of them that had been reported"),),
    ),
    "publication": Written(
        (
            Formula(
                r"\mathrm{published} \sim \mathrm{Bernoulli}(\mathrm{logit}^{-1}(m_{0} + m_{1} \kappa))",
                "Whether a figure is published depends on state capacity.",
            ),
        ),
        ("Figures may be missing because a weak state publishes less: whether they are there is itself a figure.",),
        (("m₀, m₁", "logit of the chance that a figure is published, and its slope on capacity"),),
    ),
    "capacity_index": Written(
        (
            Formula(
                r"W \sim \mathrm{Normal}(c_{W} + \lambda_{W} \kappa,\ \sigma_{W}^{2})",
                "An outside index is normal around its loading on state capacity.",
            ),
        ),
        ("An outside index is a second look at state capacity, as far as it was made from other figures.",),
        (("W, c_W, λ_W, σ_W", "the index, its mean, its loading on capacity, its standard deviation beside it"),),
    ),
    STATEMENTS: Written(
        (
            Formula(
                r"\mathrm{logit}(1 / K) \sim (1 - w)\, \mathrm{Normal}(\mathrm{logit}\, \bar{\rho} + m + g,\ \sigma^{2}) + w\, "
                r"\mathrm{Normal}(\ldots,\ 9 \sigma^{2})",
                "A claim of one in K is, on the logit scale, normal around the reported share of its area, and three times looser with "
                "probability w.",
            ),
        ),
        (
            "What bodies say of single areas enters as figures with errors of their own, each possibly three times looser than it says.",
        ),
        (
            (
                "K, g, w, σ",
                "the claim, what claims of one body have in common, the doubt, the standard deviation that a claim states",
            ),
            MAPPED_SYMBOL,
        ),
    ),
}
