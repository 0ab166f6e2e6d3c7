"""What cannot be fitted is refused, or warned about, in a sentence that names the culprit and says what to do."""

import pytest

import estimators as est

VICTIMS = "victims_identified"
SEEN, CALLS, CASES = est.IdentifiedVictims(), est.Hotline(), est.JusticeFunnel()
GOOD = [("A", "2020", VICTIMS, 9), ("B", "2020", VICTIMS, 12)]


def prior(family, first, second):
    return est.Prior("p", "d", family, (first, second), "r")


def model(*streams, process=None, anchors=(), doubt=0.2):
    return est.Synthesis(process or est.Incidence(), streams or (SEEN,), anchors, doubt)


def told(error, *phrases):
    """The message of an error is one sentence a problem and holds every phrase."""
    text = str(error.value)
    for phrase in phrases:
        assert phrase in text, text
    assert "\n" not in text


# --- anchors -----------------------------------------------------------------------------------------------------------

ONE_IN_100 = est.Claim("1 in 100", by="Consejo", area="A", derived_from="hotline")
FROM_CASES = est.ExternalEstimate("report", 9000, 0.5, area="A", derived_from="hotline_cases")


@pytest.mark.parametrize("anchor", [ONE_IN_100, FROM_CASES], ids=["stream", "indicator"])
def test_an_anchor_made_from_a_stream_of_the_model(anchor):
    with pytest.raises(est.CircularityError) as error:
        model(SEEN, CALLS, anchors=(anchor,))
    told(error, anchor.name, anchor.derived_from, "the stream hotline reads", "leave one of them out")
    assert model(SEEN, anchors=(anchor,)).anchors == (anchor,), "without the hotline it stands"


def test_a_typical_claim_made_from_a_stream_of_the_model():
    seen = est.IdentifiedVictims(reporting=est.Claim("1 in 100", by="Consejo", derived_from="hotline"))
    with pytest.raises(est.CircularityError) as error:
        model(seen, CALLS)
    told(error, "claim: 1 in 100 (Consejo)", "hotline")


def test_two_anchors_with_one_origin():
    claim = est.Claim("4 %", area="B", derived_from="survey of 2019")
    report = est.ExternalEstimate("report", 9000, 0.5, area="A", derived_from="survey of 2019")
    with pytest.raises(est.CircularityError) as error:
        model(SEEN, anchors=(claim, report))
    told(error, "claim: 4 %", "report", "'survey of 2019'", "keep one of them")
    seen = est.IdentifiedVictims(reporting=est.Claim("1 in 50", derived_from="survey of 2019"))
    with pytest.raises(est.CircularityError) as error:
        model(seen, anchors=(report,))
    told(error, "claim: 1 in 50", "report", "keep one of them")


def test_a_prior_on_the_level_given_twice():
    with pytest.raises(est.ModelError) as error:
        model(est.IdentifiedVictims(reporting=est.Claim("1 in 50")), anchors=(est.Claim("1 in 100", by="Consejo"),))
    told(
        error,
        "claim: 1 in 100 (Consejo)",
        "names no area",
        "IdentifiedVictims(reporting=claim)",
        "which area it is about",
    )


def test_a_claim_about_one_area_as_typical_level():
    with pytest.raises(est.ModelError) as error:
        est.IdentifiedVictims(reporting=est.Claim("1 in 100", area="MEX"))
    told(error, "claim: 1 in 100", "MEX", "anchors=")


def test_what_is_no_statement():
    with pytest.raises(est.ModelError) as error:
        model(anchors=(prior("log-normal", 0.0, 1.0),))
    told(error, "expected a Claim or an ExternalEstimate")
    with pytest.raises(est.ModelError) as error:
        model(anchors=(est.Claim("1 in 100", area="A", family="beta", concentration=500),))
    told(error, "claim: 1 in 100", "logit-normal")


def test_a_claim_about_reporting_without_identified_victims():
    with pytest.raises(est.ModelError) as error:
        model(CALLS, anchors=(est.Claim("1 in 100", area="A"),))
    told(error, "claim", "share reported", "IdentifiedVictims among the streams")


@pytest.mark.parametrize(
    ("anchor", "phrases"),
    [
        (est.Claim("1 in 100", area="Z"), ("claim: 1 in 100", "'Z'", "an area of the model: A, B")),
        (est.Claim("1 in 100", area="A", period="2019"), ("claim: 1 in 100", "'2019'", "a period of the model: 2020")),
        (est.Claim("1 in 100", area="A", period="last year"), ("'last year'", "'2022' or '2022-H1'")),
        (est.ExternalEstimate("report", 9000, 0.5, area="A+Z"), ("report", "'Z'", "an area of the model: A, B")),
    ],
    ids=["area", "period", "no period", "sum"],
)
def test_a_statement_about_something_else(evidence_of, anchor, phrases):
    with pytest.raises(est.DataError) as error:
        model(anchors=(anchor,)).figures(evidence_of(GOOD))
    told(error, *phrases)


def test_a_doubt_that_is_no_probability():
    with pytest.raises(est.ModelError) as error:
        model(doubt=1.0)
    told(error, "doubt 1", "below 1")


def test_an_anchor_that_is_not_there():
    with pytest.raises(est.ModelError) as error:
        model(SEEN, anchors=(est.ExternalEstimate("report", 9000, 0.5),)).without("hotline")
    told(error, "'hotline'", "identified_victims", "report")


# --- streams -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("streams", "phrases"),
    [
        ((), ("none", "at least one")),
        ((SEEN, SEEN), ("identified_victims, identified_victims", "each once")),
        ((CASES,), ("justice_funnel without identified_victims", "before justice_funnel")),
        ((CASES, SEEN), ("justice_funnel without identified_victims", "before justice_funnel")),
        ((est.Validation(),), ("validation without identified_victims",)),
        ((SEEN, est.Overlap()), ("overlap without hotline", "before overlap")),
        ((CALLS, est.Overlap()), ("overlap without identified_victims",)),
        ((SEEN, est.Overlap(), CALLS), ("overlap without hotline", "before overlap")),
        ((SEEN, est.Hotline(classified=VICTIMS)), (f"{VICTIMS} read by two streams", "once")),
    ],
)
def test_streams_that_do_not_go_together(streams, phrases):
    with pytest.raises(est.ModelError) as error:
        est.Synthesis(est.Incidence(), streams)
    told(error, *phrases)


def test_both_spatial_effects():
    borders = (("A", "B"),)
    with pytest.raises(est.ModelError) as error:
        model(est.IdentifiedVictims(neighbours=borders), process=est.Incidence(neighbours=borders))
    told(error, "neighbours", "on incidence or on reporting", "never both")


@pytest.mark.parametrize(
    ("neighbours", "phrases"),
    [
        ((("A", "B"), ("B", "Z")), ("Z", "areas of the model: A, B, C")),
        ((("A", "B"),), ("reached from every other",)),
    ],
    ids=["foreign", "island"],
)
def test_a_map_that_is_not_of_the_areas(evidence_of, neighbours, phrases):
    figures = [*GOOD, ("C", "2020", VICTIMS, 5)]
    panel = model(process=est.Incidence(neighbours=neighbours)).figures(evidence_of(figures, areas="ABC"))
    import numpy as np

    with pytest.raises(est.ModelError) as error:
        panel.log_density(np.zeros(panel.size))
    told(error, "neighbours", *phrases)


@pytest.mark.parametrize("stage", ["population", "prevalence_stock", "reported_share", "trials"])
def test_a_stage_that_is_no_count(stage):
    with pytest.raises(est.ModelError) as error:
        est.JusticeFunnel(stages=("investigations_opened", stage))
    told(error, repr(stage), "an indicator that is a count", "persons_prosecuted")


@pytest.mark.parametrize("stages", [(), ("persons_convicted", "persons_convicted")])
def test_stages_that_are_no_order(stages):
    with pytest.raises(est.ModelError) as error:
        est.JusticeFunnel(stages=stages)
    told(error, "different indicators", "in which cases move")


def test_mixed_units_do_not_get_in(evidence_of):
    with pytest.raises(est.DataError) as error:
        evidence_of([("A", "2020", "investigations_opened", 5, {"unit": "persons"})])
    told(error, "persons", "'cases', the unit of investigations_opened")


# --- priors of another family ------------------------------------------------------------------------------------------

BETA, NORMAL = prior("beta", 5.0, 95.0), prior("normal", 0.0, 1.0)


@pytest.mark.parametrize(
    ("make", "phrases"),
    [
        (lambda: est.IdentifiedVictims(reporting=BETA), ("beta(a = 5, b = 95)", "logit-normal")),
        (lambda: est.IdentifiedVictims(reporting=est.Claim("1 in 20", family="beta", concentration=100)), ("beta(", "logit-normal")),
        (lambda: est.Incidence(level=prior("gamma", 2.0, 1.0)), ("gamma", "incidence level", "log-normal")),
        (lambda: est.Incidence(area_effects="cauchy"), ("'cauchy'", "'normal' or 'student'")),
        (lambda: est.Incidence(by="form"), ("'form'", "by='form' or 'sex' and its words")),
        (lambda: est.Incidence(strata=("sexual",)), ("sexual", "by='form' or 'sex' and its words")),
        (lambda: est.Incidence(by="age", strata=("0-17", "18+")), ("'age'", "'form' or 'sex'")),
    ],
)  # fmt: skip
def test_assumptions_that_make_no_model(make, phrases):
    with pytest.raises(est.ModelError) as error:
        make()
    told(error, *phrases)


@pytest.mark.parametrize(
    ("streams", "process", "phrases"),
    [
        ((est.IdentifiedVictims(area_sd=NORMAL),), None, ("reporting_area_sd", "half-normal")),
        ((SEEN,), est.Incidence(walk_sd=prior("gamma", 2.0, 1.0)), ("incidence_walk_sd", "half-normal")),
        ((est.IdentifiedVictims(dispersion=prior("gamma", 2.0, 1.0)),), None, ("log_dispersion_identified_victims", "log-normal")),
        ((SEEN, est.Hotline(valid=BETA)), None, ("logit_valid_share", "logit-normal")),
    ],
)  # fmt: skip
def test_priors_of_another_family(streams, process, phrases):
    with pytest.raises(est.ModelError) as error:
        model(*streams, process=process).priors()
    told(error, *phrases)


# --- figures -----------------------------------------------------------------------------------------------------------


def refused(evidence, *streams, process=None):
    with pytest.raises(est.DataError) as error:
        model(*streams, process=process).figures(evidence)
    return error


def test_nothing_to_read(evidence_of):
    told(refused(evidence_of([("A", "2020", "complaints", 3)])), "complaints", VICTIMS)


def test_an_area_without_population(evidence_of):
    told(refused(evidence_of([*GOOD, ("C", "2020", VICTIMS, 3)])), "C", "2020", "population")


def test_a_gap_year_without_population(evidence_of):
    found = refused(
        evidence_of([("A", "2018", VICTIMS, 3), ("A", "2020", VICTIMS, 3)], areas="A", periods=("2018", "2020"))
    )
    told(found, "A", "2019", "population")


@pytest.mark.parametrize(
    "figures",
    [
        [("A", "2020", VICTIMS, 30), ("A", "2020-H1", VICTIMS, 10, {"source": "x", "vintage": "v"})],
        [("A", "2020", VICTIMS, 30), ("B", "2020", VICTIMS, 4), ("A+B", "2020", VICTIMS, 40)],
        [("A", "2020", VICTIMS, 30), ("A", "2020", VICTIMS, 31, {"vintage": "v"})],
    ],
    ids=["half-year", "region", "vintage"],
)
def test_a_cell_counted_twice(evidence_of, figures):
    with pytest.raises(est.DataError) as error:
        model().figures(evidence_of(figures))
    for problem in error.value.problems:
        assert "each cell counted once" in problem.expected
        assert ".where(source=…)" in problem.expected
    assert len(error.value.problems) == len(figures)
    for area, period, *_ in figures:
        assert any(problem.value == f"{area} {period}" for problem in error.value.problems)


@pytest.mark.parametrize(("area", "phrase"), [("A+Z", "A+Z"), ("NORTH", "Z")])
def test_an_aggregate_of_areas_outside_the_model(evidence_of, area, phrase):
    evidence = evidence_of([*GOOD, (area, "2021", VICTIMS, 40)], regions={"NORTH": ("A", "Z")})
    told(refused(evidence), phrase, "area")


def test_an_aggregate_of_periods_outside_the_model(evidence_of):
    evidence = evidence_of([*GOOD, ("A", "2021-01-01/2022-12-31", VICTIMS, 40)])
    told(
        refused(evidence, process=est.Incidence(periods=("2020", "2021"))),
        "2021-01-01/2022-12-31",
        "2020-01-01 to 2021-12-31",
    )


@pytest.mark.parametrize(
    ("periods", "phrases"),
    [(("2020", "year"), ("'year'", "'2021-H1'")), (("2020", "2022"), ("2020, 2022", "without a gap")),
     (("2021", "2020"), ("2021, 2020", "one after another"))],
)  # fmt: skip
def test_periods_that_are_none(evidence_of, periods, phrases):
    with pytest.raises(est.ModelError) as error:
        model(process=est.Incidence(periods=periods)).figures(evidence_of(GOOD))
    told(error, *phrases)


def test_more_convictions_than_prosecutions_of_the_same_cohort(evidence_of):
    figures = [*GOOD, ("A", "2020", "persons_prosecuted", 5), ("A", "2020", "persons_convicted", 8)]
    stages = ("persons_prosecuted", "persons_convicted")
    found = refused(evidence_of(figures), SEEN, est.JusticeFunnel(stages=stages, same_cohort=True))
    told(found, "'8'", "at most the 5 persons_prosecuted", "A 2020", "same_cohort=False")
    panel = model(SEEN, est.JusticeFunnel(stages=stages)).figures(evidence_of(figures))
    assert panel.figures["justice_funnel", "persons_convicted"].lower.tolist() == [8], (
        "of different years it is possible"
    )


def test_more_classified_reports_than_reports(evidence_of):
    figures = [*GOOD, ("A", "2020", "hotline_reports", 5), ("A", "2020", "hotline_cases", 8)]
    told(refused(evidence_of(figures), SEEN, CALLS), "'8'", "at most the 5 hotline_reports of A 2020", "a part")


def test_more_reported_than_audited_cases(evidence_of):
    figures = [*GOOD, ("A", "2020", "audited_cases", 5), ("A", "2020", "audited_cases_reported", 8)]
    told(refused(evidence_of(figures), SEEN, est.Validation()), "'8'", "audited_cases of A 2020", "5")
    figures = [*GOOD, ("A", "2020", "audited_cases_reported", 8)]
    told(refused(evidence_of(figures), SEEN, est.Validation()), "audited_cases of A 2020", "none")


def test_an_estimate_of_nobody(evidence_of):
    told(
        refused(evidence_of([*GOOD, ("A", "2020", "prevalence_stock", 0)]), SEEN, est.Survey()),
        "'0'",
        "positive estimate",
    )


def test_a_covariate_without_a_number(evidence_of):
    process = est.Incidence(covariates=(est.Covariate.of("police", {"A": 1.0}),))
    panel = model(process=process).figures(evidence_of(GOOD))
    import numpy as np

    with pytest.raises(est.DataError) as error:
        panel.log_density(np.zeros(panel.size))
    told(error, "covariate police", "B 2020", "every area and period")


def test_the_same_anchor_twice():
    with pytest.raises(est.ModelError):
        model(SEEN, anchors=(est.Claim("1 in 100", area="A"),) * 2)
