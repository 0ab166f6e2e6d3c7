"""``darkfigure lists``: the contract of its JSON, its lines for people, and what it refuses."""

import json
import os

import pytest

import estimators as est
from estimators.cli import main

TABLE = "A,B,C,count\n1,0,0,40\n0,1,0,30\n0,0,1,20\n1,1,0,6\n"


@pytest.fixture
def run(tmp_path, capsys):
    def go(text, *arguments):
        path = tmp_path / "lists.csv"
        path.write_text(text, encoding="utf-8")
        status = main(["lists", str(path), *arguments])
        return status, *capsys.readouterr()

    return go


def test_json_is_that_of_compare_lists(run):
    status, out, _ = run(
        TABLE, "--json", "--seed", "4", "--methods", "independence,mth_darroch,decomposable", "--delta", "0.25"
    )
    answer = json.loads(out, parse_constant=pytest.fail)
    assert (status, answer["lists"], answer["observed"]) == (0, ["A", "B", "C"], 96)
    by_name = {row["method"]: row for row in answer["methods"]}
    assert list(by_name) == ["independence", "mth_darroch", "decomposable"]
    assert by_name["mth_darroch"]["status"] == "refused"
    assert by_name["mth_darroch"]["estimate"] is None
    assert by_name["mth_darroch"]["reasons"]
    with pytest.warns(est.IdentificationWarning):
        post = est.fit(est.DecomposableGraphs(delta=0.25), est.datasets.lists("Artificial_3"), seed=4)
    assert by_name["decomposable"]["estimate"] == post["quantiles"]["true_count"].sel(probability=0.5).item()


def test_lines_for_people_never_go_below_the_number_listed(run):
    korea = est.datasets.lists("Korea")
    rows = [",".join(map(str, [*on.astype(int), int(count)])) for on, count in zip(korea.on, korea.counts, strict=True)]
    status, out, _ = run("b,c,d,count\n" + "\n".join(rows), "--methods", "mth_gamma,independence")
    assert status == 0
    assert "(123 – 150)" in out, "rounded down it would be 120, of 123 people listed"


@pytest.mark.parametrize(
    ("header", "arguments"), [("nbcap,freq", ()), ("met,people", ("--captures", "met", "--count", "people"))]
)
def test_one_list_that_meets_people_again(run, header, arguments):
    status, out, _ = run(f"{header}\n1,1645\n2,183\n3,37\n4,13\n5,1\n6,1\n", "--json", *arguments)
    answer = json.loads(out, parse_constant=pytest.fail)
    assert (status, answer["lists"], answer["observed"]) == (0, ["lists.csv"], 1880)
    chao = {row["method"]: row for row in answer["methods"]}["chao_lower_bound"]
    assert chao["estimate"] == pytest.approx(1880 + 1645**2 / (2 * 183), rel=1e-9)
    assert chao["status"] == "warning"


def test_people_all_met_once_are_captures_and_have_no_estimate(run):
    status, out, _ = run("captures,sex\n" + "1,f\n1,m\n" * 30)
    assert status == 0
    assert "60 people were met at least once, 0 of them more than once. None of 8 methods gives an estimate" in out


def test_products_are_made_on_one_thread_unless_asked_otherwise(run, monkeypatch):
    """Threads that wait for each other doubled the time: 16 CPU seconds instead of 8 for six lists."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    run(TABLE, "--methods", "independence")
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    run(TABLE, "--methods", "independence")
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2"


def test_a_list_named_times_is_a_list(run):
    status, out, _ = run(TABLE.replace("A,B,C", "Times,B,C"), "--json", "--methods", "independence")
    assert (status, json.loads(out)["lists"]) == (0, ["Times", "B", "C"])


def test_a_picture_is_drawn(run, tmp_path):
    status, _, _ = run(TABLE, "--methods", "independence,mth_gamma", "--out", str(tmp_path / "forest.svg"))
    assert status == 0
    assert "refused: Mth gamma" in (tmp_path / "forest.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        (
            TABLE.replace("1,1,0,6", "1,2,0,6"),
            (),
            "lists.csv, row 4, column B: '2': expected 1 for people on this list",
        ),
        (TABLE, ("--methods", "bayes"), "--methods: 'bayes': expected a method"),
        (TABLE, ("--delta", "0"), "--delta: '0.0': expected a positive number"),
        (TABLE, ("--bootstrap", "5"), "--bootstrap: '5'"),
        (TABLE, ("--out", "forest.docx"), "--out: 'forest.docx': expected a name ending in"),
        (TABLE, ("--lists", "A,D"), "column D: 'D'"),
    ],
)
def test_bad_input_is_one_line(run, text, arguments, words):
    status, out, err = run(text, *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1
