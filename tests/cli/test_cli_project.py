"""``darkfigure project``: the sentence, JSON, files, and refusals in one line."""

import json
from pathlib import Path

import pytest

import estimators as est
from estimators.cli import main

DATA = Path(__file__).parent.parent.parent / "data"
VICTIMS = [str(DATA / "mexico_victims_state_month.csv"), "--sum-over", "sex,age"]
FILES = [str(DATA / "mexico_investigations_national_month.csv")]


def test_a_sentence_that_can_be_quoted(capsys):
    assert main(["project", *VICTIMS, "--together", "Mexico", "--through", "2022-06"]) == 0
    first, *notes = capsys.readouterr().out.splitlines()
    victims = est.datasets.load("mexico_victims_state_month")
    post = est.project(victims, sum_over=["sex", "age"], together="Mexico", known_through="2022-06")
    assert first == est.projection_table(post)["sentence"].item()
    assert any("never registered are not in it" in note for note in notes)


def test_json_has_the_sentence_the_figures_and_the_words(capsys, tmp_path):
    out = tmp_path / "post.nc"
    assert main(["project", *FILES, "--through", "2022-06", "--json", "--out", str(out)]) == 0
    answer = json.loads(capsys.readouterr().out)
    (row,) = answer["projections"]
    assert row["registered"] == 416
    assert row["year_total_lower"] < row["year_total_median"] < row["year_total_upper"]
    assert row["sentence"].startswith("By the end of June 2022, 416 investigations were registered; ")
    assert answer["what"] == "registered figure, not the true count"
    assert any("never registered" in text for text in answer["warnings"])
    assert est.projection_table(est.load(out))["sentence"].item() == row["sentence"]


def test_several_areas_have_a_line_each(capsys):
    assert main(["project", *VICTIMS, "--through", "2019-09", "--area", "MX-ROO,MX-CAM"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("MX-ROO: By the end of September 2019, ")
    assert lines[1].startswith("MX-CAM: ")


def test_a_single_earlier_year_warns(capsys, tmp_path):
    file = tmp_path / "short.csv"
    rows = [f"{year}-{month:02},50" for year in (2021, 2022) for month in range(1, 13)][:18]
    file.write_text("\n".join(["month,victims", *rows]), encoding="utf-8")
    assert main(["project", str(file)]) == 0
    assert "only one whole year" in capsys.readouterr().err
    assert main(["project", str(file), "--json"]) == 0
    assert "only one whole year" in json.loads(capsys.readouterr().out)["warnings"][0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([*FILES, "--through", "2031-01"], "known_through: '2031-01': expected a month from 2015-01 to 2025-12"),
        ([*FILES, "--through", "2022-06", "--horizon", "2022-05"], "horizon: '2022-05': expected a month from 2022-07"),
        ([*FILES, "--through", "2015-06"], "at least one whole year before 2015-01"),
        (
            [*VICTIMS, "--through", "2022-06", "--area", "MX-ROX"],
            "'MX-ROX': expected an area of the figures, perhaps 'MX-ROO'",
        ),
        ([VICTIMS[0]], "row 2, column month: '2015-01': expected each area and period once"),
        (["nothing.csv"], "nothing.csv"),
    ],
)
def test_refusals_are_one_line(capsys, options, said):
    assert main(["project", *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert len(error) < 600
