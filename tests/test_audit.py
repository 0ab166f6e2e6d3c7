"""The main job on Mexico's figures: its numbers, its refusal, its report, and that it can be made again byte by byte."""

import importlib.util
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import estimators as est
from estimators import audit
from estimators.diagnostics.identification import VERDICTS

SEED = 20_220_801
MAIN = "1 in 100, within a factor 3"
FILES = ["posterior.nc", "report.html", "summary.csv"]


@pytest.fixture(scope="module")
def mexico():
    return audit.mexico_audit(seed=SEED)


@pytest.fixture(scope="module")
def folder(mexico, tmp_path_factory):
    path = tmp_path_factory.mktemp("mexico")
    audit.write(mexico, audit.MEXICO, path)
    return path


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def table(mexico):
    return mexico.summary()


# --- the numbers -------------------------------------------------------------------------------------------------------


def test_what_the_claim_makes_of_2022(table):
    row = table[(table["reading"] == MAIN) & (table["period"] == "2022") & (table["figures"] == "years")].iloc[0]
    assert row["reported"] == 942
    assert row[["true_count_median", "true_count_lower", "true_count_upper"]].tolist() == [94151, 26074, 346609]
    assert row["verdict"] == "unauditable"


def test_figures_are_those_of_the_series(table):
    first = table[table["reading"] == MAIN].set_index(["figures", "period"])["reported"]
    years = first.loc["years"]
    assert years.index.tolist() == [str(year) for year in range(2015, 2025)]
    assert years.loc["2015"] == 1171
    halves = first.loc["half-years"]
    assert halves.index.tolist() == ["2021-H1", "2021-H2", "2022-H1", "2022-H2"]
    assert (halves["2021-H1"], halves["2022-H1"]) == (408, 490)
    assert halves["2021-H1"] + halves["2021-H2"] == years["2021"]
    assert halves["2022-H1"] + halves["2022-H2"] == years["2022"]


def test_a_reading_scales_with_its_share(table):
    focus = table[(table["period"] == "2022") & (table["figures"] == "years")].set_index("reading")
    hundred, twenty_five = focus.loc[MAIN], focus.loc["1 in 25, within a factor 3"]
    ratio = hundred["true_count_median"] / twenty_five["true_count_median"]
    assert ratio == pytest.approx(4.0, rel=0.01)
    widths = np.log(focus["true_count_upper"] / focus["true_count_lower"])
    names = [f"1 in 100, within a factor {factor}" for factor in (2, 3, 10)]
    assert widths[names].is_monotonic_increasing
    # the logit-normal claim within a factor 3 spans a factor 3 to the power 2 × 1.96/1.645 with 95 %
    assert widths[MAIN] == pytest.approx(2 * 1.96 / 1.645 * np.log(3), rel=0.05)


def test_verdicts_of_the_readings(mexico, table):
    verdicts = table.groupby("reading")["verdict"].unique()
    for reading in mexico.readings:
        (verdict,) = {*verdicts[reading.name][:1]}
        alone = isinstance(reading.estimator, est.Multiplier)
        assert (verdict == "unauditable") == alone, reading.name
        assert verdict.split(" (")[0] in VERDICTS
    assert len([reading for reading in mexico.readings if isinstance(reading.estimator, est.Multiplier)]) == 4


def test_one_bodys_two_statements_are_refused(mexico, page):
    (told,) = mexico.refused
    assert "Consejo Ciudadano" in told
    assert "not two" in told
    assert re.search(r"not two", re.sub(r"<[^>]+>", "", page))


def test_pooled_readings_spell_out_their_steps(mexico):
    pooled = [reading for reading in mexico.readings if isinstance(reading.estimator, est.AnchorBudget)]
    assert len(pooled) >= 2
    for reading in pooled:
        for anchor in reading.estimator.anchors:
            if isinstance(anchor, est.ExternalEstimate):
                assert anchor.adjustments
                assert all(step.reason and step.log_sd > 0 for step in anchor.adjustments)


# --- the files ---------------------------------------------------------------------------------------------------------


def test_three_files_and_nothing_else(folder):
    assert sorted(path.name for path in folder.iterdir()) == FILES


def test_summary_has_every_reading_of_every_figure_with_its_verdict(folder, mexico):
    table = pd.read_csv(folder / "summary.csv")
    assert table["verdict"].notna().all()
    assert set(table["reading"]) == {reading.name for reading in mexico.readings}
    assert len(table) == len(mexico.readings) * (10 + 4)
    assert not table.duplicated(["reading", "figures", "period"]).any()
    pd.testing.assert_frame_equal(table, mexico.summary(), check_dtype=False, rtol=1e-12)


def test_posterior_holds_the_main_result_and_every_reading(folder, mexico):
    post = est.load(folder / "posterior.nc")
    assert est.summary(post).equals(est.summary(mexico.main))
    assert len(post["readings"].children) == 2 * len(mexico.readings)
    for place, ((reading, figures), result) in zip(
        sorted(post["readings"].children), mexico.results.items(), strict=True
    ):
        part = post["readings"][place]
        assert (part.attrs["reading"], part.attrs["figures"]) == (reading, figures)
        np.testing.assert_array_equal(part["true_count"].values, result["posterior"]["true_count"].values)


def test_the_experiment_gives_the_same_bytes(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path(__file__).parent.parent / "experiments" / "mexico_claim_audit.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    experiment = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(experiment)
    files = experiment.main(seed=SEED, out=tmp_path / "results")
    assert sorted(file.name for file in files) == FILES
    assert [file.name for file in tmp_path.iterdir()] == ["results"]
    for name in FILES[1:]:
        assert (tmp_path / "results" / name).read_bytes() == (folder / name).read_bytes(), name
    for group in ("posterior", "readings/05", "readings/13"):
        first, second = (
            xr.load_dataset(place / "posterior.nc", group=group, engine="h5netcdf")
            for place in (folder, tmp_path / "results")
        )
        xr.testing.assert_identical(first, second)


# --- the page ----------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags, their attributes, and the text of captions."""

    def __init__(self):
        super().__init__()
        self.tags, self.captions, self.svg, self.open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("caption", "figcaption"):
            self.open.append([])
        if tag == "svg":
            self.svg.append(dict(attrs))

    def handle_endtag(self, tag):
        if tag in ("caption", "figcaption"):
            self.captions.append("".join(self.open.pop()).strip())

    def handle_data(self, data):
        for text in self.open:
            text.append(data)


@pytest.fixture(scope="module")
def parsed(page):
    reader = Page()
    reader.feed(page)
    return reader


def test_the_page_needs_nothing_else(parsed, page):
    names = [tag for tag, _ in parsed.tags]
    assert not {"script", "iframe", "object", "embed", "img"} & set(names)
    for tag, attributes in parsed.tags:
        for name in ("href", "src", "xlink:href", "action", "data"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:")), (tag, name, value)
        assert not any(name.startswith("on") for name in attributes)
    outside = re.sub(r"<metadata>.*?</metadata>", "", page, flags=re.DOTALL)
    outside = re.sub(r'xmlns(:\w+)?="[^"]*"', "", outside)
    assert not re.findall(r"@import|url\((?!#)[^)]*\)", outside)
    assert not re.findall(r'"(?:https?:)?//[^"]*"', outside)


def test_the_page_is_well_built(parsed, page):
    names = [tag for tag, _ in parsed.tags]
    assert names.count("h1") == 1
    assert names.count("title") == 1
    assert next(attributes for tag, attributes in parsed.tags if tag == "html")["lang"] == "en"
    assert any("viewport" in str(attributes) for tag, attributes in parsed.tags if tag == "meta")
    levels = [int(tag[1]) for tag in names if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    identifiers = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(names) > 100
    assert page.rstrip().endswith("</html>")
    assert identifiers


def test_every_figure_has_words_for_those_who_cannot_see_it(parsed):
    figures = [attributes for tag, attributes in parsed.tags if tag == "figure"]
    labelled = [attributes for tag, attributes in parsed.tags if attributes.get("role") == "img" or tag == "svg"]
    assert figures
    words = [attributes["aria-label"] for attributes in labelled if attributes.get("aria-label")]
    assert len(words) >= len(figures)
    assert all(len(text) > 20 for text in words)


@pytest.fixture(scope="module")
def tables_of_counts(mexico):
    """Every table of the report with true counts in it, as one text each."""
    blocks = [block for section in audit.document(mexico, audit.MEXICO).sections for block in section.blocks]
    counts = [block for block in blocks if any("rue count" in head for head in getattr(block, "columns", ()))]
    return {block.caption: " ".join(itertools.chain([block.caption], *block.rows)) for block in counts}


def test_tables_of_readings_and_periods_carry_the_verdict(tables_of_counts, parsed):
    told = {caption: any(word in text for word in VERDICTS) for caption, text in tables_of_counts.items()}
    assert len(told) >= 4
    assert sum(told.values()) >= 3
    assert any("Verdict" in caption for caption in parsed.captions)


def test_every_table_of_counts_carries_the_verdict(tables_of_counts):
    assert not [caption for caption, text in tables_of_counts.items() if not any(word in text for word in VERDICTS)]


def test_the_area_is_called_by_its_name_and_a_single_one_not_in_every_row(tables_of_counts, mexico):
    assert not [caption for caption, text in tables_of_counts.items() if "MEX" in text]
    assert any("Tipping points for Mexico, 2022" in caption for caption in tables_of_counts)
    (yearly,) = [text for caption, text in tables_of_counts.items() if caption.startswith("Years")]
    assert " 2022 942 " in yearly
    assert set(mexico.main["observed_data"]["area"].values) == {"MEX"}  # the result keeps its code


def test_the_first_screen_says_it_all(page):
    text = re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    start = text[: text.index("What is asked")]
    for told in ("unauditable", "942", "94,000 (26,000 – 350,000)", "24,000", "The answer is the claim's"):
        assert told in start.replace("’", "'").replace("&#39;", "'"), told


def test_the_page_says_where_it_comes_from(page, mexico):
    text = re.sub(r"<[^>]+>", " ", page)
    for told in (mexico.main.attrs["evidence_hash"], str(SEED), "SESNSP", "CONAPO", "numpy", "Revision"):
        assert told in text


def test_no_number_that_is_not_one(page):
    text = re.sub(r"<svg.*?</svg>|<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert not re.search(r"\b(nan|NaN|None|inf)\b", text)


# --- a claim of somebody else ------------------------------------------------------------------------------------------


def test_an_audit_of_ones_own_figures(tmp_path):
    figure = est.single_figure(494, area="MEX", period="2022-H1")
    own = audit.run(audit.claim_readings(est.Claim("1 in 100")), {"figures": figure}, seed=1)
    files = audit.write(own, audit.context_of(own), tmp_path / "deep")
    assert [path.name for path in files] == FILES
    text = files[1].read_text(encoding="utf-8")
    assert text.count("<h1") == 1
    assert "unauditable" in text
    assert pd.read_csv(files[2])["true_count_median"].tolist() == [49351]
    assert audit.plain_text(own, ["a note"])[-1] == "Note: a note"


def test_of_several_areas_only_that_of_the_context_gets_its_name():
    rows = [("AA", "2022", 494, "us"), ("BB", "2022", 60, "us")]
    figures = pd.DataFrame(rows, columns=["area", "period", "value", "source"]).assign(indicator="victims_identified")
    own = audit.run(audit.claim_readings(est.Claim("1 in 100")), {"figures": est.read_evidence(figures)}, seed=1)
    document = audit.document(own, replace(audit.context_of(own), area_name="Atlantis"))
    tables = [block for section in document.sections for block in section.blocks if hasattr(block, "columns")]
    (periods,) = [table for table in tables if table.columns[0] == "Figure"]
    assert [row[:2] for row in periods.rows] == [("Atlantis 2022", "494"), ("BB 2022", "60")]
    (tipping,) = [table for table in tables if table.caption.startswith("Tipping points for Atlantis, 2022")]
    assert [row[0] for row in tipping.rows][:2] == ["494", "988"]
    assert len({row[0] for row in tipping.rows}) == len(tipping.rows) == 10


def test_readings_must_have_names_of_their_own():
    reading = audit.claim_readings(est.Claim("1 in 100"))[0]
    with pytest.raises(est.DarkfigureError):
        audit.run([reading, reading], {"figures": est.single_figure(494)}, seed=1)
