"""WAMBS and ROBUST, for the appendix; their items in our own words."""

from estimators.reports import answers, list_answers
from estimators.reports.checklist import Answer, Checklist, Item, answered, unavailable
from estimators.reports.facts import Facts

WAMBS_SOURCE = "Depaoli and van de Schoot 2017, doi:10.1037/met0000065"
ROBUST_SOURCE = "Sung et al. 2005, doi:10.1016/j.jclinepi.2004.08.016"
AGAIN = "Not run: fit again with twice the draws, estimators.Sampling(draws={draws}), and compare the two tables."


def _doubled(facts: Facts) -> Answer:
    if not facts.has("posterior"):
        return unavailable("posterior")
    if facts.has("quantiles"):
        return Answer("Limits are computed and not simulated: more draws would not move them.", "not applicable")
    return Answer(AGAIN.format(draws=2 * facts.post["posterior"].sizes.get("draw", 0)), "not run")


def _autocorrelation(facts: Facts) -> Answer:
    if str(facts.read.attrs["engine"]) != "nuts":
        return Answer(f"Draws of engine {facts.read.attrs['engine']} are independent of each other.", "not applicable")
    return answers.resolution(facts)


def _variances(facts: Facts) -> Answer:
    scales = sorted(name for name in facts.unknown_names if name.endswith("_sd"))
    if not scales:
        return Answer("The model has no variance that is estimated.", "not applicable")
    return answers.finding("power scaling")(facts)


def _narrower(facts: Facts) -> Answer:
    scaled = answers.finding("power scaling")(facts)
    return scaled if scaled.status == "filled" else answers.narrower(facts)


WAMBS = (
    Item("1", "Are the priors understood and reported", answers.priors, list_answers.priors),
    Item("2", "Did the chains converge", answers.convergence, list_answers.convergence),
    Item("3", "Do the results stay the same with twice the draws", _doubled, list_answers.doubled),
    Item("4", "Are there enough draws for a smooth histogram", answers.resolution, list_answers.convergence),
    Item("5", "Are draws of a chain much correlated", _autocorrelation),
    Item("6", "Does the posterior make sense to those who know the field"),
    Item("7", "Do other priors of variances change the results", _variances, list_answers.variances),
    Item("8", "How much do the priors weigh beside the figures", _narrower, list_answers.other_priors),
    Item(
        "9", "Do the results stand when priors are changed", answers.finding("power scaling"), list_answers.other_priors
    ),
    Item("10", "Are results told as a Bayesian analysis tells them", answers.intervals, list_answers.intervals),
)
ROBUST = (
    Item("1", "Prior: is it stated", answers.priors, list_answers.priors),
    Item("2", "Prior: is it justified", answers.priors, list_answers.justified),
    Item(
        "3",
        "Prior: is it shown how the results depend on it",
        answers.finding("power scaling"),
        list_answers.other_priors,
    ),
    Item("4", "Analysis: is the model described", answers.formulas),
    Item("5", "Analysis: is the technique of computing described", answers.engine),
    Item("6", "Results: is there a middle value", answers.middle, list_answers.middle),
    Item("7", "Results: is there a measure of spread", answers.intervals, list_answers.intervals),
)


def wambs(facts: Facts) -> Checklist:
    """Fill the checklist."""
    return answered("WAMBS", WAMBS_SOURCE, WAMBS, facts)


def robust(facts: Facts) -> Checklist:
    """Fill the checklist."""
    return answered("ROBUST", ROBUST_SOURCE, ROBUST, facts)
