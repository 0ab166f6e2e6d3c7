"""Mexico: the claim "1 in 100", the same body's other figure, and published estimates beside them."""

from math import log, sqrt

from estimators import datasets
from estimators.audit.readings import Audit, Reading, run
from estimators.counts import AnchorBudget, Multiplier
from estimators.errors import CircularityError
from estimators.priors import Adjustment, Claim, ExternalEstimate, Prior
from estimators.reports import Context

HOTLINE = "hotline reports of the Consejo Ciudadano"


def mexico_audit(*, seed: int, progress: bool = False) -> Audit:
    """The audit of "1 in 100" on Mexico's identified victims, 2015–2024 by year and 2021–2022 by half-year."""
    halves = datasets.mexico_half_years().where(source=("SESNSP", "CONAPO"))
    evidence = {"years": datasets.mexico(), "half-years": halves}
    return run(mexico_readings(), evidence, seed=seed, progress=progress, refused=(mexico_refusal(),))


def mexico_claim(within: float = 3.0) -> Claim:
    """The claim as the Consejo Ciudadano is quoted in August 2022, at a given credibility."""
    return Claim("1 in 100", by="Consejo Ciudadano", area="MEX", period="2022", within=within, derived_from=HOTLINE)


def mexico_earlier_claim() -> Claim:
    """What the same body said in June 2019."""
    return Claim("96 % hidden", by="Consejo Ciudadano", area="MEX", period="2019", within=3.0, derived_from=HOTLINE)


def mexico_readings() -> tuple[Reading, ...]:
    """The claim at three credibilities, the same body's other figure, and the claim beside published estimates."""
    alone = [
        Reading(f"1 in 100, within a factor {factor:g}", Multiplier(mexico_claim(factor)), note)
        for factor, note in (
            (
                3.0,
                "the claim, true within a factor 3 with 90 % probability: a choice made here, as the source gives none",
            ),
            (2.0, "the same, trusted more"),
            (10.0, "the same, taken as an order of magnitude"),
        )
    ]
    other = Reading(
        "1 in 25, within a factor 3", Multiplier(mexico_earlier_claim()), "the same body's figure of 2019, 96 % hidden"
    )
    pooled = Reading(
        "1 in 100 pooled with Walk Free 2023",
        AnchorBudget((mexico_claim(), walk_free("2021"), incidence_level())),
        "the claim beside a published estimate of another quantity and a wide prior, every step spelled out",
    )
    earlier = Reading(
        "1 in 100 pooled with Walk Free 2018",
        AnchorBudget((mexico_claim(), walk_free("2016"), incidence_level())),
        "the same with the earlier edition, which is not independent of the later one",
    )
    guess = Reading(
        "1 in 100 pooled with CNDH 2013",
        AnchorBudget((mexico_claim(), human_rights_commission(), incidence_level())),
        "the same with a range of guesses that the human rights commission is quoted with",
    )
    return (*alone, other, pooled, earlier, guess)


def human_rights_commission() -> ExternalEstimate:
    """The range 50,000 to 500,000 persons, quoted from Mexico's human rights commission, read as a central 90 % interval."""
    table = datasets.load("published_estimates")
    row = table[(table["area"] == "MEX") & (table["quantity"] == "trafficking_victims_guess")].iloc[0]
    low, high = float(row["low"]), float(row["high"])
    steps = (Adjustment("stock to flow", 1.0 / 2.0, 0.7, "the source does not say whether on a day or in a year"),)
    return ExternalEstimate(
        "CNDH range", sqrt(low * high), log(high / low) / (2.0 * 1.645), by="CNDH", area="MEX", period="2013",
        adjustments=steps, reason="a range of guesses without a method, read as a central 90 % interval",
    )  # fmt: skip


def walk_free(year: str) -> ExternalEstimate:
    """Walk Free's estimate of people in modern slavery in Mexico on a day of `year`, brought to a yearly flow of trafficking."""
    table = datasets.load("published_estimates")
    row = table[
        (table["area"] == "MEX")
        & (table["reference_year"] == int(year))
        & table["quantity"].str.startswith("modern_slavery")
    ]
    edition = {"2021": "2023", "2016": "2018"}[year]
    steps = (
        Adjustment(
            "stock to flow", 1.0 / 2.0, 0.5, "a mean duration of two years, uncertain by a factor 2.7 either way (95 %)"
        ),
        Adjustment(
            "definition",
            0.7,
            0.3,
            "forced marriage is counted there too and left out here: 3.5 of the Americas' 5.0 per 1,000 is forced labour",
        ),
        Adjustment("method", 1.0, 0.65, "two editions differ by a factor 2.5 for Mexico by method: sd log(2.5)/√2"),
    )
    return ExternalEstimate(
        f"Walk Free {edition} stock", float(row["value"].iloc[0]), 0.6, by="Walk Free", area="MEX", period=year,
        adjustments=steps, reason="log sd 0.6, as found for one country of the survey (no interval is published)",
    )  # fmt: skip


def incidence_level() -> Prior:
    """A wide prior on yearly incidence."""
    return Prior(
        "incidence", "3 to 470 per 100,000 and year with 90 %", "log-normal", (3.6888794541139363, 1.5),
        "a range chosen here, no evidence: it covers police counts divided by 0.01 and survey stocks divided by a duration",
    )  # fmt: skip


def mexico_refusal() -> str:
    """What happens when the body's two statements are offered as two anchors: they are refused, and this says why."""
    try:
        AnchorBudget((mexico_claim(), mexico_earlier_claim()))
    except CircularityError as error:
        return str(error)
    raise AssertionError("two statements of one body were taken as independent")


MEXICO = Context(
    title="Is “1 in 100 cases is reported” compatible with what Mexico publishes?",
    subtitle="A claim audit on the identified victims of human trafficking in Mexico, 2015 to 2024",
    area_name="Mexico",
    period="2022",
    counted="victims identified by state prosecutors",
    command="darkfigure audit",
    question=(
        "In August 2022 the Consejo Ciudadano of Mexico City, which runs the national hotline, was quoted with the view that only one in "
        "a hundred cases of human trafficking is reported. Three years before, the same body had put the hidden share at 96 %, which is "
        "one in 25. Neither statement, as quoted, comes with a method. This report asks whether the figures Mexico publishes can tell "
        "which of them, if any, is right, and how many victims each of them implies.",
        "The quantity asked for is a flow: persons who became victims of trafficking under the jurisdiction of Mexico's states in the "
        "period, whether or not anybody ever identified them. It is not the stock of people in exploitation on a given day.",
    ),
    about_figures=(
        "The counts are victims of trafficking recorded by state prosecutors and published by the federal secretariat for public security "
        "(SESNSP), summed over 32 states and months, as the series stood in June 2025. Federal cases are not in it. 2015 contains one mass "
        "event. Half-years are half-years: none was doubled.",
        "The press of August 2022 printed at least 494 victims for the first half of 2022 and 406 for that of 2021, from the series as "
        "it then stood; in June 2025 it said 490 and 408. Revisions go both ways and are small beside everything else in this report.",
        "An identified victim is not a reported case. The claim is about cases reported, the series counts persons whom a prosecutor "
        "identified, in the year the case was opened and not the year the exploitation began. The readings below take the two as equal, "
        "which nobody has shown.",
    ),
)
