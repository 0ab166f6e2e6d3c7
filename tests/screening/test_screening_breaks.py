"""Breaks that are found: against an enumeration by hand, on published figures, and how often they are found where there are none."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import estimators as est
from estimators.numeric import level_breaks as core


def evidence_of(series, *, start=2010, indicator="victims_identified", breaks=()):
    rows = [
        (area, str(start + place), indicator, value)
        for area, counts in series.items()
        for place, value in enumerate(counts)
    ]
    table = pd.DataFrame(rows, columns=["area", "period", "indicator", "value"]).astype(object)
    return est.read_evidence(table, breaks=breaks)


def simulated(number, periods, rng, *, factor=1.0, after=0, drift=(0.03, 0.2), dispersion=(5.0, 40.0), events=0.05):
    """Counts that drift, vary more than by chance and have events; from a place on multiplied by a factor."""
    level = rng.uniform(2.0, 6.5, (number, 1))
    walk = np.cumsum(rng.standard_normal((number, periods)) * rng.uniform(*drift, (number, 1)), axis=1)
    added = np.where(rng.random((number, periods)) < events, rng.exponential(1.0, (number, periods)), 0.0)
    added[:, after:] += np.log(factor)
    phi = np.exp(rng.uniform(*np.log(dispersion), (number, 1)))
    return rng.poisson(np.exp(level + walk + added) * rng.gamma(phi, 1.0 / phi, (number, periods)))


def found_in(counts, threshold=3.0):
    evidence = evidence_of({f"S{place}": row for place, row in enumerate(counts.tolist())})
    return est.find_breaks(evidence, threshold=threshold).table


def test_bayes_factors_against_an_enumeration(monkeypatch):
    monkeypatch.setattr(core, "NODE", 0.5)
    monkeypatch.setattr(core, "DRIFTS", ((0.4, 1.0),))
    monkeypatch.setattr(core, "DISPERSIONS", ((6.0, 1.0),))
    counts = np.array([[12.0, 15.0, 70.0, 64.0]])
    found = core.level_breaks(counts, counts, np.ones((1, 4)), np.ones((1, 3)), np.zeros((1, 3), dtype=bool))
    log_rate = np.log(counts[0] + 0.5)
    start = log_rate.min() - 1.5
    nodes = int(np.ceil((log_rate.max() + 1.0 - start) / 0.5)) + 1
    x = start + 0.5 * np.arange(nodes + 8)

    def seen(count):
        plain = stats.nbinom.pmf(count, 6.0, 6.0 / (6.0 + np.exp(x)))
        share = np.exp(-0.5 * np.arange(1, 9))
        added = [np.dot(share / share.sum(), plain[k + 1 : k + 9]) for k in range(nodes)]
        return (1 - core.EVENTS) * plain[:nodes] + core.EVENTS * np.array(added)

    def kernel(sd):
        moves = np.exp(-0.5 * ((x[:nodes, None] - x[:nodes]) / sd) ** 2)
        return moves / moves.sum(axis=1, keepdims=True)

    def likelihood(place):
        """All paths of the level through all nodes, added up."""
        a, b, c, d = (seen(count) for count in counts[0])
        one, two, three = (kernel(np.hypot(0.4, core.STEP) if at == place else 0.4) for at in range(3))
        return np.einsum("i,ij,j,jk,k,kl,l->", a, one, b, two, c, three, d, optimize=True)

    expected = [np.log(likelihood(at) / likelihood(None)) for at in range(3)]
    np.testing.assert_allclose(found.log_factor[0], expected, rtol=1e-9)
    assert found.size[0, 1] == pytest.approx(np.log(67 / 13.5), abs=0.5)


def test_unodc_mexico_changes_its_reporter():
    evidence = est.datasets.latin_america().where(area="MEX", source="UNODC")
    table = est.find_breaks(evidence).table.set_index(["indicator", "period"])
    assert table.loc[("victims_identified", "2021"), "odds"] > 3
    assert table.loc[("victims_identified", "2021"), "figures_after"] == 1
    assert table.loc[("victims_identified", "2015"), "odds"] > 10  # the states' method of counting of 2015
    assert table.loc[("persons_convicted", "2012"), "odds"] > 1000  # the law of June 2012


def test_another_source_tells_a_change_of_reporter_from_one_of_reality():
    own = est.datasets.mexico().where(indicator="victims_identified").table
    other = est.datasets.latin_america().where(area="MEX", source="UNODC", indicator="victims_identified").table
    finding = est.find_breaks(est.read_evidence(pd.concat([own, other], ignore_index=True)))
    table = finding.table.set_index(["source", "period"])
    assert table.loc[("UNODC", "2021"), "elsewhere"] == pytest.approx(753.5 / 681.5)
    assert np.isnan(table.loc[("UNODC", "2015"), "elsewhere"])
    assert "another source: 1.1" in finding.text


def test_the_states_own_series_has_no_break_in_the_same_years():
    assert est.find_breaks(est.datasets.mexico()).table.empty


def test_one_mass_event_is_no_break():
    # Coahuila 2015 (286, then 9), Sinaloa 2023 (103 between 5 and 7)
    table = est.find_breaks(est.datasets.mexico_states().where(area=("MX-COA", "MX-SIN"))).table
    assert table[table["indicator"] == "victims_identified"].empty
    raid = [50, 55, 48, 60, 700, 52, 51, 58, 49]
    first = [700, 55, 48, 60, 52, 51, 58, 49, 50]
    assert est.find_breaks(evidence_of({"A": raid, "B": first})).table.empty


def test_a_rule_that_leaves_the_level_as_it_was_cannot_be_found():
    # Mexico's investigations by the rule of 2026: 42, 62 and 52 a month, after some 52 a month in 2025
    months = est.datasets.load("mexico_investigations_national_month")[["area", "month", "investigations"]]
    state = est.datasets.load("mexico_investigations_state_month").query("method == 'rnid_2026'")
    new = state.groupby("month", as_index=False)["investigations"].sum().assign(area="MEX")
    table = pd.concat([months, new]).rename(columns={"month": "period", "investigations": "value"})
    evidence = est.read_evidence(table.assign(indicator="investigations_opened").astype(object))
    odds = est.break_odds(evidence).set_index("period")["odds"]
    assert odds["2026-01"] < 0.1
    declared = evidence.with_breaks([est.Break("MEX", "investigations_opened", "2026-01", "RNID")])
    with pytest.raises(est.DataError, match="declared break"):
        declared.figures("investigations_opened")


def test_smooth_series_are_seldom_called_broken():
    table = found_in(simulated(200, 12, np.random.default_rng(1)))
    assert table["area"].nunique() <= 0.05 * 200


@pytest.mark.parametrize(("factor", "least"), [(4.0, 0.75), (8.0, 0.97), (0.125, 0.97)])
def test_breaks_are_found_where_they_are(factor, least):
    table = found_in(simulated(100, 12, np.random.default_rng(2), factor=factor, after=6))
    table = table.drop_duplicates("area")
    assert len(table) >= least * 100
    assert (table["period"] == "2016").mean() > 0.85


def test_intervals_and_units_of_time():
    few = est.find_breaks(evidence_of({"A": ["<5", "<5", "0-4", "<5", "60", "72", "66", "50-80", "61"]})).table
    assert few["period"].tolist() == ["2014"]
    half = pd.DataFrame(
        {
            "area": "A",
            "period": ["2018", "2019", "2020-H1", "2020-H2", "2021-H1", "2021-H2"],
            "indicator": "complaints",
            "value": [100, 104, 51, 49, 53, 50],
        }
    )
    assert est.find_breaks(est.read_evidence(half.astype(object))).table.empty


def test_a_declared_break_is_not_found_again():
    counts = [50, 55, 48, 60, 52, 410, 380, 420, 395]
    assert len(est.find_breaks(evidence_of({"A": counts})).table) == 1
    known = est.Break("A", "victims_identified", "2015", "new unit")
    assert est.find_breaks(evidence_of({"A": counts}, breaks=[known])).table.empty


def test_two_breaks_of_one_series():
    counts = [50, 55, 48, 60, 410, 380, 420, 395, 402, 20, 24, 22, 19, 21]
    table = est.find_breaks(evidence_of({"A": counts})).table
    assert sorted(table["period"]) == ["2014", "2019"]


def test_too_little_to_look_at():
    finding = est.find_breaks(evidence_of({"A": [1, 2, 3]}))
    assert finding.status == "0 in 0 series"
    assert est.break_odds(evidence_of({"A": [1, 2, 3]})).empty


def test_series_too_short_to_break_are_not_said_to_hold():
    found = est.find_breaks(evidence_of({"A": [5, 500, 510]}))
    assert "No series has 4 known figures or more" in str(found)
