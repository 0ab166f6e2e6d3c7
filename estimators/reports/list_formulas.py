"""The formulas of the methods for lists, by the name of the estimator."""

import re

from estimators.rendering.document import Formula
from estimators.reports.capture_formulas import of_captures
from estimators.reports.formulas import Written
from estimators.reports.log_linear_formulas import (
    BEST,
    CLOSED,
    CLOSED_POPULATION,
    FIXED,
    INDEPENDENT,
    LINKS,
    LOWEST,
    ON,
    POISSON,
    STEPS,
    TOTAL,
    TRUE,
    WEIGHED,
)

GRAPHS = Written(
    (
        TOTAL,
        Formula(
            r"P(n \mid N, g) \propto \frac{N!}{n_{\emptyset}!} \prod_{C \in g} h(n_{C}) \ / \prod_{S \in g} h(n_{S})",
            "Given a graph, the probability of the table is the number of ways to be on its lists and on none, times a product over its "
            "cliques, divided by one over its separators.",
        ),
        Formula(
            r"h(n_{C}) = \frac{\Gamma(\delta_{+})}{\Gamma(\delta_{+} + N)} \prod_{c} \frac{\Gamma(\delta_{c} + n_{c})}{\Gamma(\delta_{c})}",
            "Each factor is that of a Dirichlet prior: gamma functions of the people in each cell of the clique and its prior weight, and "
            "of all.",
        ),
        Formula(
            r"\pi(g) \propto 1, \qquad \pi(N) \propto 1 / N",
            "All decomposable graphs are equally likely before, and the prior of the true count is one over it.",
        ),
    ),
    (
        CLOSED,
        "A graph joins the lists that may depend on each other; all graphs count, each by how well it predicts the table.",
        "The prior weight δ of a cell is a number of people that is added to each: what it decides is shown where it was moved.",
    ),
    (
        TRUE,
        ("g, C, S", "a graph, its cliques and separators"),
        ("n_∅", "people on no list"),
        ("n_c, δ_c", "people in a cell of a clique, and its prior weight: δ times the cells of the table in it"),
        ("δ_+", "prior weight of all cells together"),
    ),
)
CLASSES = Written(
    (
        TOTAL,
        Formula(r"z_{i} \sim \mathrm{Categorical}(\pi_{1}, \pi_{2}, \ldots)", "Each person is of one class."),
        Formula(
            r"\pi_{k} = V_{k} \prod_{l < k} (1 - V_{l}), \qquad V_{k} \sim \mathrm{Beta}(1, \alpha)",
            "Shares of the classes come from breaking a stick at beta points.",
        ),
        Formula(
            r"P(i\ \mathrm{on}\ j \mid z_{i} = k) = \lambda_{kj}, \qquad \lambda_{kj} \sim \mathrm{Uniform}(0, 1)",
            "Within a class each list holds a person with a probability of its own, independently of the other lists.",
        ),
        Formula(r"\pi(N) \propto 1 / N", "The prior of the true count is one over it."),
    ),
    (CLOSED, "People come in classes that differ in which lists reach them; within a class no list leads to another."),
    (
        TRUE,
        ("π_k, λ_kj", "share of class k, and the probability of its people to be on list j"),
        ("z_i, V_k", "the class of person i, and the share that class k takes of what the classes before it leave"),
        ("α", "how evenly people spread over classes"),
    ),
)
BAYESIAN = Written(
    (
        TOTAL,
        POISSON,
        Formula(r"\log \mu = X_{m} \beta", "Log means are linear in the terms of model m, of lists and of covariates."),
        Formula(
            r"\beta \mid \sigma \sim \mathrm{Normal}(0,\ \sigma^{2} I), \qquad \pi(\beta_{0}) \propto 1",
            "All coefficients but the constant are normal around 0; the constant is flat.",
        ),
        Formula(r"\pi(m) \propto 1", "All models are equally likely before."),
    ),
    (CLOSED, LINKS, "Which links there are is not known: all models count, each by its weight."),
    (
        TRUE,
        ON,
        ("β, σ", "coefficients, and the standard deviation of their prior"),
        ("X_m", "which terms each cell has"),
    ),
)
COVERAGE = Written(
    (
        TOTAL,
        Formula(
            r"\hat{C} = 1 - \frac{1}{L} \sum_{j} \frac{f_{j}}{n_{j}}",
            "Sample coverage is one less the share of a list that no other list holds, averaged over lists.",
        ),
        Formula(
            r"\hat{N} = \frac{D}{\hat{C}} + \frac{1}{L \hat{C}} \sum_{i < j} A_{ij}\, r_{ij}",
            "The estimate is the number listed with one list left out, divided by coverage, and a correction for pairs of lists that meet "
            "more often than independent ones.",
        ),
    ),
    (CLOSED, "Lists may lead to each other and people may differ, as far as that shows in pairs of lists."),
    (
        TRUE,
        ("f_j, n_j", "people on list j alone, and on list j"),
        ("D, L", "people listed when one list is left out, averaged over lists; the number of lists"),
        (
            "A_ij, r_ij",
            "people on lists i or j and on none else, and how much more often the two meet than independent ones",
        ),
    ),
)
ROBUST = Written(
    (
        Formula(
            r"\gamma(x) = \frac{q_{12}(x)}{q_{1}(x)\, q_{2}(x)}",
            "If two lists are independent given the covariates, this is the probability to be listed at all.",
        ),
        Formula(
            r"\hat{N} = \sum_{i} \frac{1}{\hat{\gamma}_{i}} \left(\frac{y_{1i}}{\hat{q}_{1i}} + \frac{y_{2i}}{\hat{q}_{2i}} - "
            r"\frac{y_{1i}\, y_{2i}}{\hat{q}_{12i}}\right)",
            "The estimate sums the inverse of that probability, each corrected by what the regressions get wrong.",
        ),
    ),
    (CLOSED, "Among people of the same covariates, being on one list says nothing of being on the other."),
    (
        (
            "q_1, q_2, q_12",
            "probabilities among those listed to be on the first list, the second, and both, given covariates x",
        ),
        ("y_1, y_2", "whether a person is on the first list and on the second"),
        TRUE,
    ),
)
DRAWN = {"DecomposableGraphs", "LatentClass", "BayesianLogLinear"}
ADDED = Formula(
    r"N = \sum_{s} N_{s}",
    "The total is the sum over strata, draw by draw: what is found in one says nothing of another.",
)
ADDED_WITH_LIMITS = (
    Formula(
        r"\hat{N} = \sum_{s} \hat{N}_{s}",
        "The total is the sum over strata: what is found in one says nothing of another.",
    ),
    Formula(
        r"\hat{N} - L = \sqrt{\sum_{s} (\hat{N}_{s} - L_{s})^{2}}, \qquad U - \hat{N} = \sqrt{\sum_{s} (U_{s} - \hat{N}_{s})^{2}}",
        "How far its limits lie from it is the root of the sum of squares over strata, below and above each by itself.",
    ),
)
STRATUM = ("s; L, U", "a stratum, of which the formulas above hold; lower and upper limit")

METHODS = {
    "Independence": INDEPENDENT,
    "ClosedPopulation": CLOSED_POPULATION,
    "ChaoLowerBound": LOWEST,
    "LogLinear": FIXED,
    "Stepwise": STEPS,
    "BestBIC": BEST,
    "AveragedLogLinear": WEIGHED,
    "DecomposableGraphs": GRAPHS,
    "LatentClass": CLASSES,
    "BayesianLogLinear": BAYESIAN,
    "SampleCoverage": COVERAGE,
    "DoublyRobust": ROBUST,
}


def of_lists(estimator: str, description: str) -> Written | None:
    """The formulas of a method for lists; of strata those of the method within them, and of their sum.

    Examples
    --------
    >>> of_lists("ByStratum", "In each: Stepwise. And so on.").formulas[:-2] == STEPS.formulas
    True
    """
    if estimator == "RepeatedCaptures":
        return of_captures(description)
    if estimator != "ByStratum":
        return METHODS.get(estimator)
    inside = re.search(r"In each: (\w+)", description)
    found = METHODS.get(inside[1]) if inside else None
    if found is None or inside is None:
        return None
    total = (ADDED,) if inside[1] in DRAWN else ADDED_WITH_LIMITS
    return Written((*found.formulas, *total), found.words, (*found.symbols, STRATUM))
