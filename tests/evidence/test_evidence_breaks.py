"""Declared breaks: nothing reads the two sides as one series, and nothing changes where none is declared."""

import pickle

import pandas as pd
import pytest

import estimators as est

RULE = est.Break("MEX", "victims_identified", "2021", "UNODC's reporter changed")


def evidence_of(*, periods=("2019", "2020", "2021"), area="MEX", breaks=(), **more):
    figures = {"area": area, "period": list(periods), "indicator": "victims_identified", "source": "UNODC"}
    table = pd.DataFrame({**figures, "value": [str(100 + place) for place in range(len(periods))]})
    return est.read_evidence(table, breaks=breaks, **more)


def test_both_sides_are_refused_by_series_and_period():
    with pytest.raises(est.DataError) as caught:
        evidence_of(breaks=[RULE]).figures("victims_identified")
    assert str(caught.value) == (
        "DataFrame, row 3, column period_start: 'MEX victims_identified 2021': expected one side of the declared break MEX "
        "victims_identified from 2021 (UNODC's reporter changed), and given are figures of both: choose with .where(end='2020-12-31') or "
        ".where(start='2021-01-01')"
    )


def test_either_side_alone_is_a_series():
    evidence = evidence_of(breaks=[RULE])
    assert evidence.where(end="2020-12-31").figures("victims_identified").sizes["period"] == 2
    assert evidence.where(start="2021-01-01").figures("victims_identified")["reported"].item() == 102


def test_every_estimator_of_counts_refuses():
    claim = est.Claim("1 in 100", by="somebody")
    for estimator in (est.Bounds(0.01, 0.1), est.Multiplier(claim)):
        with pytest.raises(est.DataError, match="declared break"):
            est.fit(estimator, evidence_of(breaks=[RULE]), seed=1)


def test_a_figure_of_both_sides_is_refused():
    rule = est.Break("MEX", "victims_identified", "2020-07", "half a year in")
    with pytest.raises(est.DataError, match=r"'2020': expected periods on one side of the break"):
        evidence_of(breaks=[rule]).figures("victims_identified")


def test_a_total_that_holds_a_broken_area_is_refused():
    regions = {"NORTH": ("MEX", "GTM")}
    table = evidence_of().table.assign(area=["NORTH", "MEX", "NORTH"])
    evidence = est.read_evidence(table, regions=regions, breaks=[RULE])
    with pytest.raises(est.DataError, match=r"NORTH 2021.*no total with MEX after the declared break"):
        evidence.figures("victims_identified")


def test_a_break_of_another_source_or_indicator_concerns_nobody():
    for other in (
        est.Break("MEX", "victims_identified", "2021", "r", source="SESNSP"),
        est.Break("MEX", "complaints", "2021", "r"),
    ):
        assert evidence_of(breaks=[other]).figures("victims_identified").sizes["period"] == 3


def test_breaks_stay_with_the_figures():
    evidence = evidence_of(breaks=[RULE])
    assert evidence.where(source="UNODC").breaks == (RULE,)
    assert pickle.loads(pickle.dumps(evidence)).breaks == (RULE,)  # noqa: S301
    assert est.datasets.without(evidence, "victims_identified", ["MEX 2019"]).breaks == (RULE,)
    assert evidence.with_breaks([]).hash == evidence_of().hash


def test_the_hash_knows_breaks():
    plain = evidence_of()
    assert evidence_of(breaks=[RULE]).hash != plain.hash
    # as it was before breaks could be declared
    assert est.single_figure(494, area="MEX", period="2022-H1").hash.startswith(HASH)


HASH = "ff0dd14a"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("MEX", "victims", "2021", "r"), "an indicator of reported figures"),
        (("MEX", "population", "2021", "r"), "an indicator of reported figures"),
        (("MEX", "complaints", "spring", "r"), "a period or day"),
        (("MEX", "complaints", "2021", ""), "what changed"),
    ],
)
def test_what_is_no_break(given, words):
    with pytest.raises(est.DataError, match=words):
        est.Break(*given)


def test_a_break_of_an_area_that_is_not_there_or_given_twice():
    with pytest.raises(est.DataError, match="an area of these data or 'all': MEX"):
        evidence_of(breaks=[est.Break("MXE", "victims_identified", "2021", "r")])
    with pytest.raises(est.DataError, match="each break once"):
        evidence_of(breaks=[RULE, RULE])
