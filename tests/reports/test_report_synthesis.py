"""The report of a synthesis, its exhibits and figures, on one short run: everything is written, and nothing without its verdict."""

import warnings
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

import estimators as est
from estimators import reports
from estimators.diagnostics.simulation import simulation_error
from estimators.reports import synthesis_tables

ABOUT = """How many are there?

Two paragraphs
in all.

    uv run it

The second."""
COUNTS = {"AA": (40, 55, 400), "BB": (12, 9, 15), "CC": (3, 0, 5)}
BESIDE = pd.DataFrame({"area": ["AA"], "period": ["2020"], "value": [9_000], "by": ["somebody"], "counts": ["a stock"]})
TILES = pd.DataFrame({"area": ["AA", "BB", "CC", "DD"], "row": [0, 0, 1, 1], "column": [0, 1, 0, 1]})


def words(figure):
    figure.canvas.draw()
    return " ".join(
        " | ".join(text.get_text() for text in figure.findobj(match=lambda part: hasattr(part, "get_text"))).split()
    )


@pytest.fixture(scope="module")
def evidence():
    rows = []
    for area, counts in COUNTS.items():
        for year, count in zip(("2020", "2021", "2022"), counts, strict=True):
            rows += [(area, year, "victims_identified", "sexual", count), (area, year, "victims_identified", "labour", count // 2),
                     (area, year, "investigations_opened", "all", 1 + count // 3),
                     (area, year, "population", "all", 2_000_000)]  # fmt: skip
    return est.read_evidence(
        pd.DataFrame(rows, columns=["area", "period", "indicator", "form", "value"]).assign(source="us")
    )


@pytest.fixture(scope="module")
def post(evidence):
    """A run too short to be published."""
    claim = est.Claim("1 in 20", by="body", area="AA", within=2)
    streams = (est.IdentifiedVictims(), est.JusticeFunnel(stages=("investigations_opened",)))
    model = est.Synthesis(est.Incidence(by="form", strata=("sexual", "labour")), streams, anchors=(claim,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", est.ConvergenceWarning)
        return est.fit(model, evidence, seed=3, sampling=est.Sampling(draws=60, tune=150, chains=2))


@pytest.fixture(scope="module")
def table(post):
    return est.summary(post)


@pytest.fixture(scope="module")
def exhibits(post, table, evidence):
    events = est.prediction_table(post).query("indicator == 'victims_identified'").head(1)
    investigations = evidence.where(area=["AA", "BB"]).table
    return [
        *reports.tile_exhibits(table, TILES, period="2021"),
        reports.ratio_exhibit(post, table, names={"AA": "First"}),
        reports.event_exhibit(post, post, events, table),
        reports.coverage_exhibit(table, investigations, indicator="investigations_opened", period="2021"),
        *reports.strata_exhibits(post, table, one="labour", other="sexual", believed=(3.0, 0.5), by="an institute"),
    ]


@pytest.fixture(scope="module")
def written(post, table, exhibits, evidence, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return {
        path.name: path
        for path in est.report(
            post, folder, about=ABOUT, period="2021", names={"AA": "First"}, beside=BESIDE, exhibits=exhibits,
            sources=evidence.source_table(), table=table, everything=True,
        )
    }  # fmt: skip


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.captions, self.open, self.banners = [], "", []

    def handle_starttag(self, tag, attrs):
        self.open = tag if tag in ("caption", "figcaption", "strong") else self.open
        if tag in ("caption", "figcaption"):
            self.captions.append("")

    def handle_data(self, data):
        if self.open in ("caption", "figcaption"):
            self.captions[-1] += data
        elif self.open == "strong":
            self.banners.append(data)

    def handle_endtag(self, tag):
        self.open = "" if tag == self.open else self.open


def test_every_kind_of_file_is_written(written, exhibits):
    expected = {"report.html", "posterior.nc", "summary.csv", "totals.csv", "anchors.csv", "unknowns.csv", "predictions.csv",
                "convergence.csv", "forest.svg", "periods_true_count.svg", "predictions.svg", "anchor_budget.svg"}  # fmt: skip
    expected |= {f"{each.name}.csv" for each in exhibits if len(each.table)}
    expected |= {f"{each.name}.svg" for each in exhibits if each.figure}
    assert expected <= set(written)
    assert isinstance(est.load(written["posterior.nc"]), xr.DataTree)


def test_the_verdict_stands_on_every_table(written, post):
    verdict = est.identification(post).verdict
    for name, path in written.items():
        if name.endswith(".csv"):
            rows = pd.read_csv(path)
            assert set(rows["verdict"]) == {verdict}, name
            assert set(rows["convergence"]) == {"not publishable"}, name


def test_the_page_says_at_the_top_what_failed(written, post):
    page, texts = written["report.html"].read_text(encoding="utf-8"), Texts()
    texts.feed(page)
    assert texts.banners[0] == "Verdict: not publishable"
    assert texts.banners[1] == f"Verdict: {est.identification(post).verdict}"
    failed = est.convergence(post).text.partition("Failed: ")[2].split(" (")[0]
    assert failed in page[: page.index("<svg")]


def test_captions_carry_the_verdict(written, post):
    texts = Texts()
    texts.feed(written["report.html"].read_text(encoding="utf-8"))
    plain = (
        "Priors, each",
        "Sources of the figures",
        "Power of one",
        "Notation of",
        "Checklist",
        "Statements and",
    )  # of no estimate
    told = [text for text in texts.captions if not text.startswith(plain)]
    assert len(told) > 15
    assert all(f"Verdict: {est.identification(post).verdict}. Sampler: not publishable." in text for text in told)


def test_the_page_says_what_it_was_told(written):
    page = written["report.html"].read_text(encoding="utf-8")
    assert "<h1>How many are there?</h1>" in page
    assert all(
        text in page
        for text in ("Two paragraphs in all.", "The second.", "Command: uv run it", "First", "counts a stock")
    )


def test_figures_carry_verdict_and_sampler(post, table, exhibits):
    focus = table[table["period"] == "2021"]
    predictions = est.prediction_table(post).assign(
        verdict=table["verdict"].iloc[0], convergence=table["convergence"].iloc[0]
    )
    figures = [est.plot_areas(focus, beside=BESIDE), est.plot_periods(table), est.plot_predictions(predictions)]
    figures += [each.figure for each in exhibits if each.figure is not None]
    assert len(figures) > 5
    for figure in figures:
        assert isinstance(figure, Figure)
        assert f"Verdict: {table['verdict'].iloc[0]}. Sampler: not publishable." in words(figure)
    assert "Open marks count something else: a stock." in words(figures[0])


def test_areas_are_sorted_and_drawn_as_tabled(table):
    focus = table[table["period"] == "2021"]
    first, *_ = est.plot_areas(focus).axes
    ordered = focus.sort_values("incidence_median", ascending=False)
    assert [label.get_text() for label in first.get_yticklabels()] == ordered["area"].tolist()
    np.testing.assert_allclose(first.lines[0].get_xdata(), ordered["incidence_median"])


def test_a_tile_without_an_estimate_is_blank(table):
    assert "DD | – | –––" in words(est.plot_tiles(table[table["period"] == "2021"], TILES))


def test_totals_are_sums_of_draws(post):
    rows = reports.totals(post).set_index("period")
    count = post["posterior"].to_dataset()["true_count"].sum("area").sel(period="2021")
    assert rows.loc["2021", "true_count_median"] == pytest.approx(float(count.median()))
    assert rows.loc["2021", "reported"] == sum(counts[1] + counts[1] // 2 for counts in COUNTS.values())
    assert rows.loc["2021", "reporting_probability_upper"] <= 1.0


def test_unknowns_are_on_the_scale_of_their_priors(post):
    rows = est.prior_data_conflict(post).table.set_index("quantity")
    level = np.exp(np.median(post["posterior"].to_dataset()["log_incidence_level"].values))
    assert rows.loc["log_incidence_level", "posterior_median"] == pytest.approx(level)
    assert rows.loc["log_incidence_level", "prior_median"] == pytest.approx(40.0)
    assert (rows["width"] > 0).all()
    natural = np.exp(post["posterior"].to_dataset()["log_incidence_level"])
    assert rows.loc["log_incidence_level", "posterior_simulation_error"] == float(simulation_error(post, natural, 0.9))


def test_predictions_take_their_own_figure_out():
    """Two draws, of which one explains the figure: without it, the other one counts for more."""
    name, dims = "identified_victims: victims_identified", ("chain", "draw", "row")
    likely = np.log(np.array([0.9] * 9 + [0.1]))[None, :, None]
    rows = {
        f"{name} {part}": ("row", np.array([value]))
        for part, value in (("lower", 5.0), ("upper", 5.0), ("about", "AA 2020"))
    }
    groups = {
        "posterior_predictive": {name: (dims, np.array([5.0] * 9 + [1.0])[None, :, None])},
        "log_likelihood": {name: (dims, likely)},
    }
    tree = xr.DataTree.from_dict(
        {"figures": xr.Dataset(rows), **{key: xr.Dataset(data) for key, data in groups.items()}}
    )
    (row,) = est.prediction_table(tree).to_dict("records")
    assert row["tail"] == pytest.approx(1.0)
    assert row["predicted_lower"] == 1.0
    assert row["predicted_median"] == 5.0
    weight = np.array([1.0] * 9 + [9.0])
    weight = np.minimum(weight, weight.mean() * np.sqrt(10.0))
    assert row["effective_draws"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())


def test_predictions_know_their_simulation_error():
    """The error of the worse limit is what limits vary by when everything is drawn again."""
    name, draws, rows = "identified_victims: victims_identified", 1_000, 400
    rng, dims = np.random.default_rng(3), ("chain", "draw", "row")
    predicted = np.exp(rng.normal(3.0, 1.0, (1, draws, rows)))
    figures = {f"{name} {end}": ("row", np.full(rows, 20.0)) for end in ("lower", "upper")}
    figures[f"{name} about"] = ("row", np.full(rows, "AA 2020"))
    groups = {"posterior_predictive": predicted, "log_likelihood": np.zeros_like(predicted)}
    tree = {key: xr.Dataset({name: (dims, values)}) for key, values in groups.items()}
    table = est.prediction_table(xr.DataTree.from_dict({"figures": xr.Dataset(figures), **tree}))
    again = max(table[f"predicted_{end}"].std() / table[f"predicted_{end}"].mean() for end in ("lower", "upper"))
    assert table["simulation_error"].median() == pytest.approx(again, rel=0.2)
    assert table["effective_draws"].iloc[0] == pytest.approx(draws)


def test_estimates_in_one_row_have_digits_of_their_own():
    row = {"a_median": 4.56, "a_lower": 1.23, "a_upper": 7.89, "a_simulation_error": 0.2}
    rows = pd.DataFrame([row | {"b_median": 4.56, "b_lower": 1.23, "b_upper": 7.89}])
    table = synthesis_tables.printed(rows, "C.")
    assert table.columns == ("A", "B")
    assert table.rows == (("5 (1 – 8)", "4.6 (1.2 – 7.9)"),)


def test_the_density_of_rows_left_out_is_printed_to_the_unit():
    rows = pd.DataFrame([{"figures": "calls", "elpd": -1384.3, "se": 26.8, "rows": 219}])
    assert synthesis_tables.printed(rows, "C.").columns == ("Figures", "ELPD", "Standard error", "Rows")
    assert synthesis_tables.printed(rows, "C.").rows == (("calls", "-1,384", "27", "219"),)


def test_ratios_of_strata_add_up(exhibits):
    division = next(each for each in exhibits if each.name == "division").table.set_index(["ratio_of", "given"])[
        "ratio_median"
    ]
    given = "with the figures"
    assert division["identified", given] == pytest.approx(
        division["true number", given] * division["share reported", given], rel=0.3
    )
    believed = "if the outside share is believed"
    assert division["true number", given] < division["true number", believed]
    assert division["share reported", believed] < division["share reported", given]


def test_ratios_of_strata_know_their_simulation_error(post, exhibits):
    """Of each row: what its limits would vary by; larger where draws were weighted once more, none for what is arithmetic."""
    tables = {each.name: each.table for each in exhibits}
    error = tables["division"].set_index(["ratio_of", "given"])["ratio_simulation_error"]
    given, believed = "with the figures", "if the outside share is believed"
    assert error["true number", "before the figures"] == 0.0
    assert 0.0 < error["true number", given] < error["true number", believed] < np.inf
    assert tables["tipping_points"]["share_reported_ratio_simulation_error"].unique() == [error["identified", given]]
    assert (tables["mix_by_area"]["identified_labour_per_sexual_simulation_error"] > 0.0).all()

    draws, constant = post["posterior"].to_dataset(), post["constant_data"].to_dataset()
    name = next(name for name in draws if str(name).startswith("incidence_by_"))
    flow = (draws[name] * constant["population"] * constant["years"]).sum(("area", "period"))
    logs = np.log(flow.sel(form="labour") / flow.sel(form="sexual")).values.ravel()
    weight = np.exp(-0.5 * ((logs - np.log(3.0)) / 0.5) ** 2)
    row = tables["division"].set_index(["ratio_of", "given"]).loc[("true number", believed)]
    for end, chance in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
        below = weight[logs <= np.log(row[f"ratio_{end}"]) + 1e-9].sum() / weight.sum()
        assert below == pytest.approx(chance, abs=2.0 * weight.max() / weight.sum())


def test_chains_that_are_weighted_are_as_good_as_weighted_draws(post, table):
    """The same draws said to be chains: independent, so that they are worth their number, and an error must not be made of their order."""
    groups = {name: node.to_dataset() for name, node in post.children.items() if name != "sample_stats"}
    chains = xr.DataTree.from_dict(groups)
    given = {"one": "labour", "other": "sexual", "believed": (3.0, 0.5), "by": "an institute"}
    keys, believed = ["ratio_of", "given"], "if the outside share is believed"
    errors = [
        reports.strata_exhibits(tree, table, **given)[0].table.set_index(keys)["ratio_simulation_error"]
        for tree in (post, chains)
    ]
    size = post["posterior"].sizes["chain"] * post["posterior"].sizes["draw"]
    fewer = np.sqrt(float(post["sample_stats"]["effective_draws"]) / size)
    for name in ("true number", "share reported", "identified"):
        assert errors[1][name, believed] == pytest.approx(fewer * errors[0][name, believed], rel=0.2)


def test_a_period_that_is_not_there_is_refused(post, table, tmp_path):
    with pytest.raises(est.DataError, match="one of 2020, 2021, 2022"):
        est.report(post, tmp_path, about="Title", period="1999", table=table)


def test_strata_that_are_not_there_are_refused(post, table):
    with pytest.raises(est.ModelError, match="strata"):
        reports.strata_exhibits(post, table, one="organ", other="sexual", believed=(1.0, 1.0), by="x")


def test_the_period_of_most_figures_is_shown_by_default(post, table, tmp_path):
    est.report(post, tmp_path, about="Title", table=table)
    assert "All areas, 2022." in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_column_whose_name_begins_like_an_estimate_is_not_one():
    rows = pd.DataFrame(
        {"ratio_of": ["true number"], "ratio_median": [2.0], "ratio_lower": [1.0], "ratio_upper": [4.0]}
    )
    table = synthesis_tables.printed(rows, "Ratios.")
    assert table.rows == (("true number", "2 (1 – 4)"),)
    limits = pd.DataFrame({"true_count_of": ["a"], "true_count_lower": [10.0], "true_count_upper": [40.0]})
    assert synthesis_tables.printed(limits, "Limits.").rows[0][0] == "a"


def said_first(report):
    """Paragraphs of the first page."""
    return [block.text for block in report.sections[0].blocks if hasattr(block, "text")]


def test_the_first_page_says_what_is_stated_of_one_area_alone(post):
    first = said_first(reports.publication(post, about="How many?", names={"AA": "First"}))
    share = est.identification(post).finding("anchor budget").table.set_index("stated_of").loc["AA", "share"]
    stated = f"{100 * share:.0f} % of that precision comes from what is stated of First alone;"
    assert any(text.startswith(stated) for text in first)
    assert sum(text.startswith("Precision of the log true count") for text in first) == 1


def test_the_first_page_names_contradicted_priors_and_checks_that_found_something(post):
    far = post.copy()
    draws = far["posterior"].to_dataset()
    far["posterior"] = xr.DataTree(draws.assign(incidence_walk_sd=draws["incidence_walk_sd"] + 9.0))
    found = est.Finding("posterior predictive", "figures unlike the model's", "Invented.")
    quiet = est.Finding("prior predictive", "figures like the model's", "Invented.")
    first = said_first(reports.publication(far, about="How many?", findings=(found, quiet)))
    status = est.prior_data_conflict(far).status
    assert f"Prior and figures disagree on {status}: see “What fixes the level”." in first
    assert "Checks that found something: Posterior predictive check, figures unlike the model's." in first
    assert not any(text.startswith("Checks that found") for text in said_first(reports.publication(post, about="x")))
