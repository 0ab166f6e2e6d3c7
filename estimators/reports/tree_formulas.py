"""The formulas of estimators of one count that need more than the count: surveys of the parts of a tree, audits of labels."""

from estimators.rendering.document import Formula
from estimators.reports.formulas import TRUE, Written

SUMMED, SCALE_INVARIANT = "exact by summation", "π(Z) ∝ 1/Z"
COUNTED = "counted as "
BESIDE_AREAS = "Areas and periods are read one by one, each with the same shares."

WHOLE = Formula(
    r"(y_{1}, \ldots, y_{k}, Z - Y) \mid Z, q \sim \mathrm{Multinomial}(Z;\ q_{1}, \ldots, q_{k}, 1 - Q)",
    "Counts of the parts and those who are in none of them are multinomial, given the total and the probability of the path to each part.",
)
PATHS = Formula(
    r"q_{j} = \prod_{g \in j} p_{g}, \qquad Q = \sum_{j} q_{j}, \qquad Y = \sum_{j} y_{j}",
    "Along a path shares multiply, so that parts which nobody counts are summed out.",
)
SURVEYED = Formula(
    r"p_{g} \sim \mathrm{Beta}(1 + k_{g},\ 1 + m_{g} - k_{g})",
    "A survey that found k of m people of a group in a part makes its share beta, and Dirichlet the shares of several parts of which it "
    "asked; any other share is as in the table of priors.",
)
UNCOUNTED = Formula(
    r"\pi(Z) \propto 1 / Z, \qquad Z - Y \mid y, q \sim \mathrm{NegBin}(Y,\ Q)",
    "The prior of the total is one over it; those who are not counted, given the counts and the paths, are then negative binomial.",
)
SPLIT = Formula(
    r"\pi(q \mid y) \propto \pi(q)\, \prod_{j} (q_{j} / Q)^{y_{j}}",
    "Of the shares the counts say how those counted divide among the paths, and nothing else.",
)
TOGETHER = Formula(
    r"\pi(Z, q \mid y) \propto \pi(Z)\, \pi(q)\, \frac{Z!}{(Z - Y)!}\, (1 - Q)^{Z - Y} \prod_{j} q_{j}^{y_{j}}",
    "Total and shares have their priors times the multinomial probability of the counts.",
)
CHAIN = Formula(
    r"\pi(Z \mid y) \propto \pi(Z) \prod_{j} \mathrm{BetaBin}(y_{j} \mid Z - y_{1} - \ldots - y_{j-1};\ a_{j}, b_{j})",
    "Each count is a beta share of what the counts before it leave, so that shares are summed out count by count.",
)
AGREEMENT = Formula(
    r"y_{j} \mid Y, q \sim \mathrm{Binomial}(Y,\ q_{j} / Q)",
    "Whether paths agree: how far out a count lies in what the surveys forecast of it, given all that were counted, is its conflict p.",
)
LABELS = Written(
    (
        Formula(
            r"x \mid a \sim \mathrm{Binomial}(n,\ a), \qquad a = p\, e + (1 - p)(1 - s)",
            "Labelled files are binomial among all files: true cases that are labelled, and other files that are labelled too.",
        ),
        Formula(
            r"\hat{p} = \frac{x / n + s - 1}{e + s - 1}",
            "The estimate of Rogan and Gladen: the labelled share less that of false labels, divided by what sensitivity and specificity "
            "exceed 1 by; below 0 and above 1 it is truncated, and both are given.",
        ),
        Formula(
            r"\mathrm{Var}\, \hat{p} = \frac{\hat{a}(1 - \hat{a}) / n + \hat{p}^{2}\, \mathrm{Var}\, e + (1 - \hat{p})^{2}\, "
            r"\mathrm{Var}\, s}{(e + s - 1)^{2}}, \qquad \hat{a} = x / n",
            "Its variance has three parts: chance of the labels, and what is not known of sensitivity and of specificity.",
        ),
        Formula(
            r"e \sim \mathrm{Beta}(1 + k_{e},\ 1 + m_{e} - k_{e}), \qquad s \sim \mathrm{Beta}(1 + k_{s},\ 1 + m_{s} - k_{s})",
            "An audit that found k of m files labelled rightly makes sensitivity and specificity beta; without an audit they have the "
            "prior in the table.",
        ),
        Formula(
            r"\pi(p, e, s \mid x) \propto \pi(p)\, \pi(e)\, \pi(s)\, a^{x} (1 - a)^{n - x}, \qquad 0 \leq p \leq 1,\ e + s > 1",
            "The posterior of the true share, sensitivity and specificity is their priors times the binomial; the share stays between 0 "
            "and 1, and its prior is uniform unless the table has one.",
        ),
        Formula(
            r"N = \mathrm{Binomial}(x,\ p e / a) + \mathrm{Binomial}(n - x,\ p (1 - e) / (1 - a))",
            "True cases are those of the labelled files that are cases, and those of the other files that are.",
        ),
    ),
    (
        "Files are labelled wrongly in both directions: an audit says how often, the count of labels does not.",
        "Cases without a file are in none of these numbers.",
    ),
    (
        ("x, n", "files labelled as cases, and all files"),
        ("p, a", "true share of cases among the files, and the share that is labelled"),
        ("e, s", "sensitivity: a case is labelled; specificity: another file is not"),
        ("k, m", "files labelled rightly in an audit, and files audited"),
        TRUE,
    ),
)


def of_tree(description: str) -> Written:
    r"""Formulas of a tree of parts, by what its description says of prior, shape and counts.

    Examples
    --------
    >>> told = "The size Z of 'Z', prior π(Z) ∝ 1/Z. B of Z, counted as complaints; the posterior is exact by summation."
    >>> [formula.latex[:9] for formula in of_tree(told).formulas[3:]]
    ['\\pi(Z) \\p', '\\pi(q \\mi', '\\pi(Z \\mi']
    """
    several = description.count(COUNTED) > 1
    formulas = [WHOLE, PATHS, SURVEYED, *((UNCOUNTED, SPLIT) if SCALE_INVARIANT in description else (TOGETHER,))]
    formulas += [CHAIN] if SUMMED in description else []
    formulas += [AGREEMENT] if several else []
    words = (
        "Whoever is counted in a part is in the group above it too; a group divides among its parts as a survey of that group says.",
        *(("Each path estimates the whole by itself, so that paths can contradict each other.",) if several else ()),
        BESIDE_AREAS,
    )
    symbols = (
        ("Z", "the total: how many people are in the group that is part of no other"),
        (
            "y_j, Y",
            "people counted in part j, and in all counted parts; a count below another one says nothing more of the total",
        ),
        ("q_j, Q", "probability of the path to part j, and of all paths together"),
        ("p_g", "share that part g takes of the group above it"),
        ("k, m", "people whom a survey found in the part, and whom it asked"),
        *((("a_j, b_j", "parameters of the beta share of count j in what is left"),) if SUMMED in description else ()),
    )
    return Written(tuple(formulas), words, symbols)
