"""Every combination of choices is a row; each row is the fit that its options describe, wherever it was computed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import estimators as est
from estimators.checks import fits, specification
from estimators.checks.universes import universes_of
from estimators.execution import fingerprint

CLAIM = est.Claim("1 in 100", by="somebody", area="MEX", within=2)
FUNNEL = est.JusticeFunnel(stages=("persons_prosecuted", "persons_convicted"))
MODEL = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(), FUNNEL), anchors=(CLAIM,))
LOW = replace(MODEL.process.level, parameters=(2.0, 0.3))
WIDE = replace(MODEL.process.walk_sd, parameters=(0.0, 0.3))
LEVEL, WALK = {"as it is": MODEL.process.level, "low": LOW}, {"narrow": MODEL.process.walk_sd, "wide": WIDE}


@pytest.fixture(scope="module")
def evidence():
    wanted = est.datasets.latin_america().where(area=("MEX", "COL"), start="2015-01-01", end="2016-12-31")
    return wanted.where(indicator=("victims_identified", "persons_prosecuted", "persons_convicted", "population"))


@pytest.fixture(scope="module")
def choices():
    return {"process.level": LEVEL, "without": {"nothing": (), "claim": "somebody"}}


@pytest.fixture(scope="module")
def found(evidence, choices):
    return est.multiverse(MODEL, evidence, choices, seed=1, draws=200, workers=1)


def models(choices, evidence=None):
    given = est.datasets.mexico() if evidence is None else evidence
    return [each.model for each in universes_of(MODEL, given, choices)]


def test_all_combinations_in_order(found):
    pairs = list(zip(found.table["process.level"], found.table["without"], strict=True))
    assert pairs == [("as it is", "nothing"), ("as it is", "claim"), ("low", "nothing"), ("low", "claim")]
    assert (found.table["lower"] < found.table["median"]).all()
    assert (found.table["median"] < found.table["upper"]).all()
    assert (found.table["problem"] == "").all()
    assert set(found.table["periods"]) == {"2015 to 2016"}


@pytest.mark.slow
def test_a_row_is_what_fit_finds(found, evidence):
    """Each universe against its own model, fitted by the verb that knows nothing of universes; within simulation error."""
    sampling = est.Sampling(draws=400, chains=4)
    for (_, row), model in zip(
        found.table.iterrows(),
        models({"l": {"a": {}, "b": {"process.level": LOW}}, "without": {"nothing": (), "claim": "somebody"}}),
        strict=True,
    ):
        flow = est.fit(model, evidence, seed=5, engine="laplace", sampling=sampling)["posterior"].to_dataset()
        exposure = evidence.table.loc[evidence.table["indicator"] == "population"].groupby("area")["value"].mean()
        drawn = (flow["incidence"].mean("period") * exposure.to_xarray() / 1e5).sum("area").values.ravel()
        error = np.log(drawn).std() / np.sqrt(row["effective_draws"])
        assert abs(np.log(row["median"] / np.median(drawn))) < 6.0 * error + 0.03


@pytest.mark.slow
def test_the_answer_does_not_depend_on_workers_or_on_other_universes(found, evidence, choices):
    two = est.multiverse(MODEL, evidence, choices, seed=1, draws=200, workers=2)
    pd.testing.assert_frame_equal(two.table, found.table)
    one = est.multiverse(MODEL, evidence, {"process.level": {"low": LOW}}, seed=1, draws=200, workers=1)
    assert one.table["median"].iloc[0] == found.table["median"].iloc[2]
    other = est.multiverse(MODEL, evidence, {"process.level": {"low": LOW}}, seed=2, draws=200, workers=1)
    assert other.table["median"].iloc[0] != one.table["median"].iloc[0]


def test_a_journal_is_gone_on_from(evidence, tmp_path, monkeypatch):
    asked = []

    def counted(job, seed):
        asked.append(job)
        return original(job, seed)

    original = specification.total_flow
    counted.__qualname__ = counted.__name__ = "total_flow"
    monkeypatch.setattr(specification, "total_flow", counted)
    again = {"seed": 1, "draws": 200, "workers": 1, "journal": tmp_path / "journal"}
    first = est.multiverse(MODEL, evidence, {"process.level": LEVEL}, **again)
    lines = (tmp_path / "journal").read_bytes().splitlines(keepends=True)
    (tmp_path / "journal").write_bytes(b"".join(lines[:2]))
    second = est.multiverse(MODEL, evidence, {"process.level": LEVEL}, **again)
    assert len(asked) == 3
    pd.testing.assert_frame_equal(first.table, second.table)


def test_a_journal_knows_a_start_by_what_it_was_made_from():
    one, other = (
        fits.Start(("a",), {}, (np.zeros(1), np.ones(1)), np.full(1, x), np.eye(1), "same") for x in (0.1, 0.2)
    )
    assert fingerprint(one) == fingerprint(other) != fingerprint(replace(one, hash="another"))


def test_paths_reach_parts_streams_anchors_and_their_fields():
    changes = {"doubt": 0.5, "process.level": LOW, "streams.identified_victims.walk_sd": WIDE, "anchors.somebody.within": 9.0,
               "streams.justice_funnel.stages": ("persons_convicted",)}  # fmt: skip
    (model,) = models({"all": {"at once": changes}})
    assert (model.doubt, model.process.level, model.streams[0].walk_sd) == (0.5, LOW, WIDE)
    assert (model.anchors[0].within, model.streams[1].stages) == (9.0, ("persons_convicted",))
    (same,) = models({"none": {"as it is": {}}})
    assert same == MODEL


def test_whole_parts_are_changed_before_their_fields():
    student = est.Incidence(area_effects="student")
    for order in (("process", "process.level"), ("process.level", "process")):
        options = {"process": {"student": student}, "process.level": {"low": LOW}}
        (model,) = models({choice: options[choice] for choice in order})
        assert model.process == replace(student, level=LOW)


def test_what_is_left_out_takes_its_fields_with_it(evidence):
    """Two widths of a stream that is left out are one model, and it is fitted once."""
    choices = {
        "streams.justice_funnel.area_sd": {"a": FUNNEL.area_sd, "b": replace(FUNNEL.area_sd, parameters=(0.0, 2.0))}
    }
    choices["without"] = {"funnel": "justice_funnel"}
    one, other = models(choices)
    assert one == other == MODEL.without("justice_funnel")
    few = evidence.where(indicator=("victims_identified", "population"))
    table = est.multiverse(MODEL, few, choices, seed=1, draws=100, workers=1).table
    assert table["median"].iloc[0] == table["median"].iloc[1]


def test_options_that_do_not_go_together_stay_in_the_table(evidence):
    """A claim made from the victims identified is refused beside them; alone the option is a model, with the stream it is not."""
    made = replace(CLAIM, derived_from="hotline")
    choices = {
        "a": {"as it is": {}, "hotline": {"streams": (*MODEL.streams, est.Hotline())}},
        "b": {"independent": {}, "derived": {"anchors": (made,)}},
    }
    everything = universes_of(MODEL, evidence, choices)
    assert [each.model is None for each in everything] == [False, False, False, True]
    assert everything[3].problem.startswith("CircularityError")


def test_a_fit_that_fails_stays_in_the_table(evidence):
    outside = (replace(CLAIM, area="BRA"),)
    found = est.multiverse(
        MODEL, evidence, {"anchors": {"here": (CLAIM,), "elsewhere": outside}}, seed=1, draws=100, workers=1
    )
    assert found.table["median"].isna().tolist() == [False, True]
    assert "BRA" in found.table["problem"].iloc[1]
    assert "Without an estimate: 1" in found.text
    assert len(est.plot_multiverse(found).axes[0].lines[0].get_xdata()) == 1


@pytest.mark.slow
def test_a_period_is_told_alone(evidence):
    both = {"seed": 1, "draws": 200, "workers": 1}
    of = {period: est.multiverse(MODEL, evidence, {"doubt": {"some": 0.2}}, period=period, **both).table.iloc[0]
          for period in ("2015", "2016", "")}  # fmt: skip
    low, high = sorted((of["2015"]["median"], of["2016"]["median"]))
    assert low < high
    assert 0.95 * low < of[""]["median"] < 1.05 * high  # the median of a mean of two need not lie between theirs
    assert len({row["median"] for row in of.values()}) == 3
    assert of["2016"]["periods"] == "2016"


@pytest.mark.slow
def test_totals_of_other_areas_are_said_to_be_so(evidence):
    two = {"evidence": {"both": evidence, "one": evidence.where(area="MEX")}}
    found = est.multiverse(MODEL, evidence, two, seed=1, draws=100, workers=1)
    assert found.table["areas"].tolist() == [2, 1]
    assert "not of one thing" in found.text


@pytest.mark.slow
def test_a_universe_that_cannot_be_trusted_is_sampled(evidence, monkeypatch):
    monkeypatch.setattr(fits.engine.Draws, "trusted", False)
    found = est.multiverse(MODEL.without("justice_funnel"), evidence.where(indicator=("victims_identified", "population")),
                           {"doubt": {"some": 0.2}}, seed=1, draws=100, workers=1)  # fmt: skip
    assert found.table["engine"].tolist() == ["nuts"]
    assert found.table["lower"].iloc[0] < found.table["median"].iloc[0] < found.table["upper"].iloc[0]
    assert "Sampled by NUTS" in found.text


def test_shares_of_the_variance_are_those_of_a_table_by_hand():
    """Log medians 0, 1, 2, 3 over two choices: sums of squares 5 = 4 + 1."""
    table = pd.DataFrame({"a": ["x", "x", "y", "y"], "b": ["u", "v", "u", "v"], "median": np.exp([0.0, 1.0, 2.0, 3.0])})
    shares = specification.explained(table, ["b", "a"])
    assert list(shares) == ["a", "b"]
    assert shares["a"] == pytest.approx(0.8, abs=1e-12)
    assert shares["b"] == pytest.approx(0.2, abs=1e-12)
    assert set(specification.explained(table.assign(median=2.0), ["a", "b"]).values()) == {0.0}


def test_a_moved_start_is_the_product_of_normals():
    """Likelihood N(z; x, S) by precision, old prior N(0, 1), new prior of the first entry N(1, 0.5²): scores of the new prior."""
    rng = np.random.default_rng(1)
    slopes = rng.standard_normal((5, 3))
    precision, pull = slopes.T @ slopes, rng.standard_normal(3)
    before = np.linalg.inv(precision + np.eye(3))
    prior = np.diag([4.0, 1.0, 1.0])
    after = np.linalg.inv(precision + prior)
    mean = after @ (pull + prior @ [1.0, 0.0, 0.0])
    found_mean, found = fits._with_prior(before @ pull, before, 0, 1.0, 0.5)
    unit = np.array([2.0, 1.0, 1.0])
    np.testing.assert_allclose(found, unit[:, None] * after * unit, atol=1e-12)
    np.testing.assert_allclose(found_mean, unit * (mean - [1.0, 0.0, 0.0]), atol=1e-12)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "no choices"),
        ({"doubt": {}}, "'doubt': expected a mapping of labels"),
        ({"doubt": {0.1: 0.1}}, "mapping of labels"),
        ({"median": {"a": {}}}, "no column of the table"),
        ({"process.levle": {"a": LOW}}, "Incidence has no 'levle': expected one of level"),
        ({"streams.hotline.level": {"a": LOW}}, "0 are called 'hotline': expected one of identified_victims, justice_funnel"),
        ({"proces": {"a": LOW}}, "proces: expected process, streams"),
        ({"without": {"a": "hotline"}}, "without 'hotline': expected one of identified_victims"),
        ({"without": {"a": "identified_victims"}}, "without, a: "),
        ({"evidence": {"a": 3}}, "expected Evidence"),
        ({"doubt": {"a": 2.0}}, "doubt, a: doubt 2"),
        ({"one": {"a": {"doubt": 0.1}}, "doubt": {"b": 0.2}}, "doubt is changed by 'one' and by 'doubt'"),
    ],
)  # fmt: skip
def test_bad_choices_are_one_error(choices, words, evidence):
    with pytest.raises(est.ModelError, match=words):
        est.multiverse(MODEL, evidence, choices, seed=1)


def test_bad_arguments_are_one_error(evidence):
    doubt = {"doubt": {"some": 0.2}}
    with pytest.raises(est.ModelError, match="99 draws: expected at least 100"):
        est.multiverse(MODEL, evidence, doubt, seed=1, draws=99)
    with pytest.raises(est.ModelError, match="expected a Synthesis"):
        est.multiverse(est.Multiplier(CLAIM), evidence, doubt, seed=1)
    with pytest.raises(est.ModelError, match="period '1999': expected one of 2015, 2016"):
        est.multiverse(MODEL, evidence, doubt, seed=1, period="1999")


def test_the_curve_shows_the_table_in_order(found):
    curve, grid = est.plot_multiverse(found, title="Two countries").axes
    ordered = found.table.sort_values("median", ignore_index=True)
    np.testing.assert_allclose(curve.lines[0].get_ydata(), ordered["median"])
    ends = np.array([segment[:, 1] for segment in curve.collections[0].get_segments()])
    np.testing.assert_allclose(ends, ordered[["lower", "upper"]])
    labels = [label.get_text() for label in grid.get_yticklabels()]
    assert labels == ["process.level: as it is", "process.level: low", "without: nothing", "without: claim"]
    for line, label in zip(grid.lines, labels, strict=True):
        choice, option = label.split(": ")
        assert line.get_xdata().tolist() == np.flatnonzero(ordered[choice] == option).tolist()
    assert curve.get_title(loc="left") == "Two countries"


def test_the_curve_is_of_a_multiverse_alone(found):
    with pytest.raises(est.DarkfigureError, match="expected the finding of"):
        est.plot_multiverse(replace(found, name="placebo source"))
