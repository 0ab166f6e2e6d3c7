"""The formulas of people met again by one source: what is cut off, who is met once for certain, and methods of the rarely met."""

import re

from estimators.rendering.document import Formula
from estimators.reports.formulas import Written
from estimators.reports.log_linear_formulas import TRUE

RARELY = {"zelterman", "chao"}
ONCE_AFTER, ONCE_BEFORE = "caught no more", "caught exactly once for certain"
LINEAR = r"\qquad \log \mu_{i} = x_{i} \beta"
DISTRIBUTIONS = {
    "poisson": Formula(
        r"f(y;\ \mu) = e^{-\mu}\, \mu^{y} / y!",
        "People alike in the covariates are met as a Poisson distribution says.",
    ),
    "geometric": Formula(
        r"f(y;\ \mu) = \mu^{y} / (1 + \mu)^{y + 1}",
        "People alike in the covariates are met as a geometric distribution says.",
    ),
    "negative binomial": Formula(
        r"f(y;\ \mu) = \mathrm{NegBin}(y;\ \mathrm{mean} = \mu,\ \mathrm{size} = 1 / \alpha)",
        "People alike in the covariates are met as a negative binomial distribution says.",
    ),
}
SUM = "Each person met stands for one over the probability of being met at all."
TRUNCATED = (
    Formula(
        rf"P(y_{{i}} \mid y_{{i}} > 0) = \frac{{f(y_{{i}};\ \mu_{{i}})}}{{1 - f(0;\ \mu_{{i}})}}, {LINEAR}",
        "How often a person was met, given once or more, has a distribution without its 0; the log mean is linear in the covariates.",
    ),
    Formula(r"\hat{N} = \sum_{i} \frac{1}{1 - f(0;\ \hat{\mu}_{i})}", SUM),
)
AFTER = (
    Formula(
        r"P(y_{i} \mid y_{i} > 0) = (1 - \omega)\, \frac{f(y_{i};\ \mu_{i})}{1 - f(0;\ \mu_{i})} + \omega\, [y_{i} = 1], "
        + LINEAR,
        "Of those met a share is met no more and counts once; the others have a distribution without its 0, the log mean linear in the "
        "covariates.",
    ),
    TRUNCATED[1],
)
BEFORE = (
    Formula(
        r"P(y_{i} \mid y_{i} > 0) = \frac{(1 - \omega)\, f(y_{i};\ \mu_{i}) + \omega\, [y_{i} = 1]}{1 - (1 - \omega)\, f(0;\ \mu_{i})}, "
        + LINEAR,
        "Of the whole population a share is met exactly once; the others have a distribution that is cut off at 0, the log mean linear in "
        "the covariates.",
    ),
    Formula(r"\hat{N} = \sum_{i} \frac{1}{1 - (1 - \hat{\omega})\, f(0;\ \hat{\mu}_{i})}", SUM),
)
TWICE = Formula(
    r"\mathrm{logit}\, P(y_{i} = 2 \mid y_{i} \leq 2) = \log (\mu_{i} / 2) = x_{i} \beta",
    "Of those met once or twice, the logit of twice is linear in the covariates; it gives the Poisson mean of people like them.",
)
RARE = {
    "zelterman": Formula(
        r"\hat{N} = \sum_{i} \frac{1}{1 - e^{-\hat{\mu}_{i}}}",
        "Each person met stands for one over the probability of being met at all, as if all were met like those met once or twice.",
    ),
    "chao": Formula(
        r"\hat{N} = n + \sum_{y_{i} \leq 2} \frac{1}{\hat{\mu}_{i} + \hat{\mu}_{i}^{2} / 2}",
        "Those met, and for each of those met once or twice as many never met as a Poisson distribution has beside one: a lower bound.",
    ),
}
WORDS = (
    "Being met once makes it neither likelier nor less likely to be met again, and people alike in the covariates differ as the "
    "distribution says."
)
ONES = (
    "For some, being met once is the end of it, and how many they are is estimated; else people alike in the covariates differ as the "
    "distribution says."
)
FEW = "Only those met once or twice are used: they are taken to be most like those who were never met."
MET = ("y_i, x_i", "how often person i was met, and what is known of them")


def of_captures(description: str) -> Written:
    r"""The formulas of repeated captures, by the family and the extra ones that the description names.

    Examples
    --------
    >>> of_captures("RepeatedCaptures, chao: and so on").formulas[1].latex[:15]
    '\\hat{N} = n + \\'
    """
    found = re.match(r"RepeatedCaptures, ([\w ]+):", description)
    family = found[1] if found else "poisson"
    if family in RARELY:
        n = (("n", "people met"),) if family == "chao" else ()
        return Written((TWICE, RARE[family]), (FEW,), (MET, ("μ, β", "mean of the meetings, coefficients"), *n, TRUE))
    after, before = ONCE_AFTER in description, ONCE_BEFORE in description
    formulas = (*(AFTER if after else BEFORE if before else TRUNCATED), DISTRIBUTIONS[family])
    symbols = (
        MET,
        ("f, μ, β", "distribution of the meetings, its mean, coefficients"),
        *((("ω", "share of people who are met once whatever their mean"),) if after or before else ()),
        *((("α", "dispersion: the variance is μ + α μ²"),) if family == "negative binomial" else ()),
        TRUE,
    )
    return Written(formulas, (ONES if after or before else WORDS,), symbols)
