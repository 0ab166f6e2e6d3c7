"""The formulas of log-linear models of lists, of one model and of many, and of the bounds beside them."""

from estimators.rendering.document import Formula
from estimators.reports.formulas import Written

ON = ("n_s, μ_s", "people on exactly the lists s, and how many the model expects")
NONE = ("n_∅, μ_∅", "people on no list, whom nobody counted, and how many the model expects")
TRUE = ("N, n", "the true count, and the people on at least one list")
TOTAL = Formula(r"N = n + n_{\emptyset}", "The true count is the people on lists and those on none.")
CLOSED = "Nobody enters or leaves while the lists are made, and everybody is recognised on every list."
POISSON = Formula(r"n_{s} \sim \mathrm{Poisson}(\mu_{s})", "The people on exactly the lists s are a Poisson count.")
TERMS = Formula(
    r"\log \mu_{s} = \sum_{t \subseteq s} u_{t}",
    "Its log mean is the sum of the terms of all the lists among them that the model links, each list alone included.",
)
NO_LIST = Formula(
    r"\hat{N} = n + e^{\hat{u}_{\emptyset}}, \qquad u_{\mathrm{all}} = 0",
    "Those on no list are the exponential of the constant; that all lists together have no term is assumed, for no figure shows it.",
)
U = ("u_t", "the term of a set t of lists: above 0 where being on the one makes being on the other likelier")
LINKS = "Lists may lead to each other, and each link that the model has is a term; a link that it has not is taken to be none."
FIXED = Written((TOTAL, POISSON, TERMS, NO_LIST), (CLOSED, LINKS), (TRUE, ON, NONE, U))


def _more(base: Written, formulas: tuple[Formula, ...], words: tuple[str, ...], *symbols: tuple[str, str]) -> Written:
    return Written((*base.formulas, *formulas), (*base.words, *words), (*base.symbols, *symbols))


INDEPENDENT = Written(
    (
        TOTAL,
        POISSON,
        Formula(
            r"\mu_{s} = N \prod_{j \in s} p_{j} \prod_{j \notin s} (1 - p_{j})",
            "The model expects the true count times the probabilities of being on these lists and on no other.",
        ),
    ),
    (CLOSED, "Every list reaches everybody with the same probability, and no list leads to another."),
    (TRUE, ON, ("p_j", "the probability to be on list j")),
)
CLOSED_POPULATION = Written(
    (
        TOTAL,
        POISSON,
        Formula(
            r"\log \mu_{s} = \gamma + \sum_{j \in s} \beta_{j} + \tau\, h(k_{s})",
            "The log mean is a constant, a level of each list, and a function of how many lists they are on.",
        ),
        Formula(
            r"h(k) = 2^{k} - 1, \qquad \frac{k^{2}}{2}, \qquad -\log\left(1 + \frac{k}{3.5}\right)",
            "The function is two to the number of lists less one, half its square, or a logarithm, by how people are taken to differ; "
            "without differences it is not there.",
        ),
        Formula(r"\hat{N} = n + e^{\hat{\gamma}}", "Those on no list are the exponential of the constant."),
    ),
    (
        CLOSED,
        "People may differ in how easily lists reach them; which form the differences have is chosen and not seen.",
    ),
    (TRUE, ON, ("γ, β_j, τ", "constant, level of list j, how much people differ"), ("k_s", "how many lists s are")),
)
LOWEST = _more(
    CLOSED_POPULATION,
    (
        Formula(
            r"N \geq n + \frac{L - 1}{L} \frac{f_{1}^{2}}{2 f_{2}}",
            "With lists alike, those on no list are at least the square of those on one, divided by twice those on two, less one "
            "part in the number of lists.",
        ),
    ),
    ("It is a lower bound and no estimate.",),
    ("L, f_k", "how many lists there are, and people on exactly k of them"),
)
WEIGHED = _more(
    FIXED,
    (
        Formula(
            r"w_{m} \propto e^{-\mathrm{BIC}_{m} / 2}, \qquad \mathrm{BIC}_{m} = -2 \ell_{m} + q_{m} \log n",
            "Each model weighs the exponential of minus half its criterion: its fit, less a price for each term.",
        ),
        Formula(
            r"\log n_{\emptyset} \sim \sum_{m} w_{m}\, \mathrm{Normal}(\hat{u}_{\emptyset m},\ s_{m}^{2}), \qquad "
            r"s_{m}^{2} = \mathrm{Var}\, \hat{u}_{\emptyset m} + e^{-\hat{u}_{\emptyset m}}",
            "The log number on no list is a mixture of normal distributions, one a model, with the weights of the models.",
        ),
    ),
    ("Which links there are is not known: all models count, each by its weight.",),
    ("w_m, ℓ_m, q_m", "weight, log-likelihood and number of terms of model m"),
)
STEPS = _more(
    FIXED,
    (
        Formula(
            r"P(\mathrm{Poisson}(\hat{\mu}_{ij}) \geq n_{ij}) < p",
            "The link of two lists enters while their overlap is less likely than the threshold and one finite estimate exists.",
        ),
    ),
    ("Links are chosen by the figures, and each resampled table chooses its own.",),
    ("n_ij", "people on both list i and list j"),
)
BEST = _more(
    FIXED, WEIGHED.formulas[-2:-1], (STEPS.words[-1],), ("ℓ_m, q_m", "log-likelihood and number of terms of model m")
)
