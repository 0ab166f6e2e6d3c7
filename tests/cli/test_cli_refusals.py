"""Bad command lines: exit status 2, one line on standard error, nothing on standard output, nothing written."""

import pytest

from estimators.cli import main

HEADER = "area,period,indicator,value,source\n"
FILES = {
    "good.csv": HEADER + "MEX,2021,victims_identified,744,s\nMEX,2022,victims_identified,942,s\n",
    "columns.csv": "area,period,indicator,value,flavour\nMEX,2021,victims_identified,744,sweet\n",
    "gaps.csv": "period,indicator,value\n2021,victims_identified,744\n",
    "words.csv": HEADER + "MEX,2021,victims_identified,many,s\nMEX,2022,victims,-3,s\n",
    "interval.csv": HEADER + "MEX,2021,victims_identified,<5,s\n",
    "missing.csv": HEADER + "MEX,2021,victims_identified,,s\n",
    "empty.csv": "",
    "header.csv": HEADER,
    "bytes.csv": b"\xff\xfe\x00\x80area\n",
    "notes.txt": "hello\n",
}

AUDIT = ["audit", "--reported", "494", "--claim"]
FIT = ["fit", "good.csv", "--claim", "1 in 100"]
REFUSED = {
    "claim: words": ([*AUDIT, "hardly any"], "'hardly any'"),
    "claim: nothing": ([*AUDIT, ""], "expected a ratio or share"),
    "claim: none of them": ([*AUDIT, "0 %"], "strictly between 0 and 1"),
    "claim: all of them": ([*AUDIT, "100 %"], "strictly between 0 and 1"),
    "claim: more than all": ([*AUDIT, "3 in 2"], "strictly between 0 and 1"),
    "claim: one in nothing": ([*AUDIT, "1 in 0"], "not 0"),
    "claim: three ends": ([*AUDIT, "1 % to 2 % to 3 %"], "expected a ratio or share"),
    "claim: range without width": ([*AUDIT, "1 in 100 to 1 %"], "two different ends"),
    "within 1": ([*AUDIT, "1 in 100", "--within", "1"], "greater than 1"),
    "within less than 1": ([*AUDIT, "1 in 100", "--within", "0.5"], "greater than 1"),
    "within nan": ([*AUDIT, "1 in 100", "--within", "nan"], "greater than 1"),
    "within infinite": ([*AUDIT, "1 in 100", "--within", "inf"], "greater than 1"),
    "within of a range": ([*AUDIT, "1 in 50 to 1 in 200", "--within", "3"], "mass="),
    "mass of a point": ([*AUDIT, "1 in 100", "--mass", "0.9"], "within="),
    "confidence 1": ([*AUDIT, "1 in 100", "--confidence", "1"], "between 0 and 1"),
    "confidence in per cent": ([*AUDIT, "1 in 100", "--confidence", "90"], "between 0 and 1"),
    "mass 0": ([*AUDIT, "1 in 50 to 1 in 200", "--mass", "0"], "between 0 and 1"),
    "meaning unknown": ([*AUDIT, "1 in 100", "--meaning", "average"], "one of median"),
    "no such beta": (
        [*AUDIT, "1 in 100", "--within", "100", "--family", "beta", "--meaning", "mode"],
        "no beta has its mode",
    ),
    "reported negative": (["audit", "--claim", "1 in 100", "--reported", "-5"], "'-5'"),
    "reported decimal": (["audit", "--claim", "1 in 100", "--reported", "4.5"], "whole number"),
    "reported in words": (["audit", "--claim", "1 in 100", "--reported", "twelve"], "'twelve'"),
    "reported ambiguous": (["audit", "--claim", "1 in 100", "--reported", "1,234"], "1,234"),
    "reported nothing": (["audit", "--claim", "1 in 100", "--reported", ""], "expected"),
    "reported an interval": (["audit", "--claim", "1 in 100", "--reported", "<5"], "exact count"),
    "reported nan": (["audit", "--claim", "1 in 100", "--reported", "nan"], "'nan'"),
    "period unknown": ([*AUDIT, "1 in 100", "--period", "2022-H3"], "2022-H3"),
    "indicator unknown": ([*AUDIT, "1 in 100", "--indicator", "victims"], "victims"),
    "no claim": (["audit", "--reported", "494"], "--claim"),
    "claim without figure": (["audit", "--claim", "1 in 100"], "--reported"),
    "both figures": ([*AUDIT, "1 in 100", "--evidence", "good.csv"], "not both"),
    "file missing": (["audit", "--claim", "1 in 100", "--evidence", "nowhere.csv"], "nowhere.csv"),
    "file a folder": (["audit", "--claim", "1 in 100", "--evidence", "."], "folder"),
    "file of another kind": (["audit", "--claim", "1 in 100", "--evidence", "notes.txt"], "notes.txt"),
    "file empty": (["audit", "--claim", "1 in 100", "--evidence", "empty.csv"], "empty.csv"),
    "file without rows": (["audit", "--claim", "1 in 100", "--evidence", "header.csv"], "header.csv"),
    "file not text": (["audit", "--claim", "1 in 100", "--evidence", "bytes.csv"], "bytes.csv"),
    "column unknown": (["audit", "--claim", "1 in 100", "--evidence", "columns.csv"], "flavour"),
    "column missing": (["audit", "--claim", "1 in 100", "--evidence", "gaps.csv"], "area"),
    "values of all sorts": (["audit", "--claim", "1 in 100", "--evidence", "words.csv"], "more problems"),
    "cell an interval": (["audit", "--claim", "1 in 100", "--evidence", "interval.csv"], "exact count"),
    "every cell missing": (["audit", "--claim", "1 in 100", "--evidence", "missing.csv"], "at least one count"),
    "seed negative": ([*AUDIT, "1 in 100", "--seed", "-1"], "0 or more"),
    "fit: no claim": (["fit", "good.csv"], "--claim"),
    "fit: indicator not there": ([*FIT, "--indicator", "complaints"], "complaints"),
    "fit: no incidence": ([*FIT, "--estimator", "thinned-poisson"], "--incidence"),
    "fit: incidence reversed": ([*FIT, "--estimator", "thinned-poisson", "--incidence", "500", "3"], "low < high"),
    "fit: incidence from 0": ([*FIT, "--estimator", "thinned-poisson", "--incidence", "0", "3"], "0 < low"),
    "fit: no population": ([*FIT, "--estimator", "thinned-poisson", "--incidence", "3", "500"], "population"),
    "fit: no dispersion": (
        [*FIT, "--estimator", "thinned-negative-binomial", "--incidence", "3", "500"],
        "--dispersion",
    ),
    "fit: dispersion 0": (
        [*FIT, "--estimator", "thinned-negative-binomial", "--incidence", "3", "500", "--dispersion", "0"],
        "negative binomial",
    ),
    "fit: no range": (["fit", "good.csv", "--estimator", "bounds"], "--range"),
    "fit: range reversed": (["fit", "good.csv", "--estimator", "bounds", "--range", "0.02", "0.005"], "lowest"),
    "fit: range above 1": (["fit", "good.csv", "--estimator", "bounds", "--range", "0.1", "2"], "≤ 1"),
    "fit: engine unfit": ([*FIT, "--engine", "nuts"], "Multiplier"),
    "fit: no draws": ([*FIT, "--draws", "0"], "draws"),
    "data: no such table": (["data", "show", "mexico_victims"], "bundled table"),
}
BY_THE_PARSER = {
    "no such command": (["divine"], "divine"),
    "no such option": ([*AUDIT, "1 in 100", "--certainty", "9"], "--certainty"),
    "within a word": ([*AUDIT, "1 in 100", "--within", "three"], "--within"),
    "family unknown": ([*AUDIT, "1 in 100", "--family", "cauchy"], "--family"),
    "seed a fraction": ([*AUDIT, "1 in 100", "--seed", "1.5"], "--seed"),
    "estimator unknown": ([*FIT, "--estimator", "oracle"], "--estimator"),
    "engine unknown": ([*FIT, "--engine", "steam"], "--engine"),
    "incidence of one end": ([*FIT, "--incidence", "3"], "--incidence"),
    "fit of nothing": (["fit"], "EVIDENCE"),
    "data without action": (["data"], "ACTION"),
    "claim without text": (["audit", "--reported", "494", "--claim"], "--claim"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path


def outcome(arguments):
    """Exit status, whether `main` returns it or the parser raises it."""
    try:
        return main(arguments)
    except SystemExit as stop:
        return stop.code


def refused(arguments, told, folder, capsys):
    before = sorted(folder.iterdir())
    writes = arguments[:1] in (["audit"], ["fit"])
    status = outcome([*arguments, "--out", "answer"] if writes and arguments[-1] != "--claim" else arguments)
    out, err = capsys.readouterr()
    assert status == 2
    assert out == ""
    assert sorted(folder.iterdir()) == before
    assert told in err
    assert "Traceback" not in err
    lines = err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("darkfigure")


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore::estimators.errors.PriorWarning")
def test_bad_input_is_refused_in_one_line(arguments, told, folder, capsys):
    refused(arguments, told, folder, capsys)


@pytest.mark.parametrize(("arguments", "told"), BY_THE_PARSER.values(), ids=BY_THE_PARSER)
def test_what_the_parser_refuses_is_one_line_too(arguments, told, folder, capsys):
    refused(arguments, told, folder, capsys)


def test_no_command_at_all_prints_the_help(capsys):
    assert main([]) == 2
    assert "audit" in capsys.readouterr().out


def test_check_lists_every_problem_of_a_file(folder, capsys):
    assert main(["data", "check", "words.csv"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("words.csv, row ") for line in lines)


def test_a_folder_that_cannot_be_made_is_named(folder, capsys):
    assert main([*AUDIT, "1 in 100", "--out", "good.csv"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "good.csv" in err
    assert (folder / "good.csv").read_text() == FILES["good.csv"]
