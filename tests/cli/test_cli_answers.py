"""What the command prints for machines, figure by figure, and how lightly it starts."""

import json
import subprocess
import sys

import numpy as np
import pytest
from scipy import special, stats

import estimators as est
from estimators.cli import main

EQUAL = "the claim speaks of cases reported, the figure counts victims identified: the two are taken as equal"
EVIDENCE = (
    "area,period,indicator,value,source\n"
    "MEX,2021,victims_identified,744,s\nMEX,2022,victims_identified,942,s\n"
    "MEX,2021,population,126705138,s\nMEX,2022,population,127504125,s\n"
)


@pytest.fixture
def answer(capsys):
    """Run the command and read its JSON, which must be one strict line."""

    def run(*arguments):
        status = main([*arguments, "--json"])
        out, err = capsys.readouterr()
        assert status == 0, err
        assert len(out.splitlines()) == 1
        return json.loads(out, parse_constant=pytest.fail)

    return run


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(EVIDENCE)
    return path


# --- the contract of the default audit ---------------------------------------------------------------------------------


def test_the_default_audit(answer):
    got = answer("audit", "--claim", "1 in 100", "--within", "3", "--reported", "494")
    assert list(got) == ["true_count", "reporting_probability", "verdict", "anchors", "warnings"]
    assert got["true_count"] == {"median": 49351, "lower": 13648, "upper": 181936, "probability": 0.95}
    share = got["reporting_probability"]
    assert list(share) == ["median", "lower", "upper", "probability"]
    sigma = np.log(3) / stats.norm.ppf(0.95)
    limits = special.expit(special.logit(0.01) + sigma * stats.norm.ppf([0.025, 0.975]))
    assert share["median"] == pytest.approx(0.01, rel=1e-12)
    assert [share["lower"], share["upper"]] == pytest.approx(limits.tolist(), rel=1e-12)
    assert share["probability"] == 0.95
    assert got["verdict"] == "unauditable"
    assert got["anchors"] == [{"name": "claim: 1 in 100", "share": 1}]
    assert all(type(text) is str for text in got["warnings"])
    assert EQUAL in got["warnings"]


def test_three_digits_are_right_by_quadrature():
    # the median and limits of the mixture of negative binomials, by a rule that has nothing to do with the package's
    z = np.linspace(-9, 9, 4001)
    weight = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    rho = special.expit(special.logit(0.01) + np.log(3) / stats.norm.ppf(0.95) * z)
    for n, probability in ((49351, 0.5), (13648, 0.025), (181936, 0.975)):
        at, before = (weight @ stats.nbinom.cdf(n - 494 - step, 494, rho) for step in (0, 1))
        assert before < probability <= at


def test_the_factor_defaults_to_three_and_the_seed_does_not_matter(answer):
    plain = answer("audit", "--claim", "1 in 100", "--reported", "494")
    assert plain == answer("audit", "--claim", "1 in 100", "--within", "3", "--reported", "494", "--seed", "7")


def test_beta_from_a_range(answer):
    got = answer("audit", "--claim", "1 in 50 to 1 in 200", "--family", "beta", "--reported", "494")
    share = got["reporting_probability"]
    # 95 % of a range is its probability by default, so the range comes back as the interval
    assert [share["lower"], share["upper"]] == pytest.approx([0.005, 0.02], rel=1e-6)
    a, b = est.Claim("1 in 50 to 1 in 200", family="beta").prior.parameters
    assert share["median"] == pytest.approx(stats.beta.ppf(0.5, a, b), rel=1e-9)


def test_a_dark_figure_is_the_share_that_is_left(answer):
    hidden = answer("audit", "--claim", "96 % hidden", "--reported", "494")
    seen = answer("audit", "--claim", "4 %", "--reported", "494")
    assert hidden["true_count"] == seen["true_count"]
    assert hidden["reporting_probability"] == pytest.approx(seen["reporting_probability"], rel=1e-12)
    assert hidden["reporting_probability"]["median"] == pytest.approx(0.04)


def test_a_count_of_zero_answers_with_a_warning(answer):
    got = answer("audit", "--claim", "1 in 100", "--reported", "0")
    assert got["true_count"]["lower"] == 0
    assert any("a count of 0" in text for text in got["warnings"])


def test_warnings_about_priors_are_in_the_answer(answer):
    got = answer("audit", "--claim", "1 in 2", "--within", "1000", "--family", "beta", "--reported", "3")
    assert any("no mean" in text for text in got["warnings"])


def test_several_figures_come_as_rows(answer, table):
    got = answer("audit", "--claim", "1 in 100", "--evidence", str(table))
    rows = {row["period"]: row for row in got["figures"]}
    assert rows["2022"]["true_count_median"] == 94151
    assert (rows["2022"]["true_count_lower"], rows["2022"]["true_count_upper"]) == (26074, 346609)
    assert {row["verdict"] for row in got["figures"]} == {"unauditable"}


def test_out_writes_three_files_and_names_them(answer, tmp_path):
    got = answer("audit", "--claim", "1 in 100", "--reported", "494", "--out", str(tmp_path / "new"))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["posterior.nc", "report.html", "summary.csv"]
    assert sorted(got["files"]) == sorted(str(path) for path in (tmp_path / "new").iterdir())


def test_without_json_the_verdict_comes_first(capsys):
    assert main(["audit", "--claim", "1 in 100", "--reported", "494"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Verdict: unauditable")
    assert "49,000 (13,000 – 190,000)" in out
    assert EQUAL in out
    assert err == ""


# --- fit ---------------------------------------------------------------------------------------------------------------

FITS = {
    "multiplier": ["--claim", "1 in 100"],
    "thinned-poisson": ["--claim", "1 in 100", "--incidence", "3", "500"],
    "thinned-negative-binomial": ["--claim", "1 in 100", "--incidence", "3", "500", "--dispersion", "8"],
    "bounds": ["--range", "0.005", "0.02"],
}


@pytest.mark.parametrize("estimator", FITS)
def test_fit_keeps_a_result_that_loads(estimator, answer, table, tmp_path):
    out = tmp_path / "deep" / "post.nc"
    got = answer("fit", str(table), "--estimator", estimator, *FITS[estimator], "--draws", "200", "--out", str(out))
    assert set(got) >= {"figures", "verdict", "anchors", "convergence"}
    post = est.load(out)
    summary = est.summary(post)
    assert [row["period"] for row in got["figures"]] == summary["period"].tolist() == ["2021", "2022"]
    assert [row["true_count_upper"] for row in got["figures"]] == pytest.approx(summary["true_count_upper"].tolist())
    assert got["verdict"] == est.identification(post).verdict
    if estimator != "bounds":
        assert sum(part["share"] for part in got["anchors"]) == pytest.approx(1.0)


# --- data --------------------------------------------------------------------------------------------------------------


def test_data_list_is_the_catalogue(answer):
    rows, catalogue = answer("data", "list"), est.datasets.catalogue()
    assert [row["name"] for row in rows] == catalogue["name"].tolist()
    assert all(row["publisher"] and row["licence"] and row["retrieved"] for row in rows)


def test_data_list_has_the_columns_of_the_catalogue(answer):
    assert list(answer("data", "list")[0]) == est.datasets.catalogue().columns.tolist()


def test_data_show_has_provenance_and_rows(answer):
    got = answer("data", "show", "mexico_crime_dark_figure", "--rows", "3")
    assert len(got["rows"]) == 3
    assert got["description"]["publisher"]
    assert got["description"]["caveats"]


def test_data_check(answer, table, tmp_path, capsys):
    good = answer("data", "check", str(table))
    assert good == {
        "file": str(table),
        "problems": [],
        "rows": 4,
        "hash": est.read_evidence(table).hash,
    }
    bad = tmp_path / "bad.csv"
    bad.write_text(EVIDENCE.replace("744", "many").replace("942", "-3"))
    assert main(["data", "check", str(bad), "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [problem["row"] for problem in problems] == [1, 2]
    assert {"place", "row", "column", "value", "expected"} <= set(problems[0])


# --- starting up -------------------------------------------------------------------------------------------------------


def imported(*arguments):
    """Top-level modules in a fresh interpreter after a command."""
    code = (
        "import sys\n"
        "sys.modules['dask'] = None\n"  # an extra; xarray loads it where it is installed, and it loads jinja2
        "from estimators.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split()), done.stdout


def test_help_imports_no_numpy():
    modules, out = imported("--help")
    assert "audit" in out
    assert not modules & {"numpy", "scipy", "pandas", "xarray", "pymc", "arviz", "matplotlib"}


def test_an_audit_imports_neither_sampler_nor_plots():
    modules, out = imported("audit", "--claim", "1 in 100", "--reported", "494", "--json")
    assert json.loads(out)["true_count"]["median"] == 49351
    assert not modules & {"pymc", "pytensor", "nutpie", "arviz", "matplotlib", "jinja2"}


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("darkfigure ")
