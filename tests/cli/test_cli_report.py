"""`darkfigure report`: reports of saved results, and one line for whatever cannot be reported."""

import json

import pytest

import estimators as est
from estimators.cli import main


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494, area="MEX", period="2022"), seed=1)
    return est.save(post, tmp_path_factory.mktemp("saved") / "posterior.nc")


def test_the_report_lies_beside_the_posterior(saved, capsys):
    assert main(["report", str(saved), "--title", "How many?"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == str(saved.parent / "report.html")
    assert "How many?" in (saved.parent / "report.html").read_text(encoding="utf-8")


def test_json_names_the_files(saved, tmp_path, capsys):
    assert (
        main(["report", str(saved), "--out", str(tmp_path), "--format", "tex,docx", "--language", "es", "--json"]) == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert {f"{tmp_path}/report.tex", f"{tmp_path}/report.docx"} <= set(answer["files"])


def test_several_posteriors_have_a_folder_each(saved, tmp_path, capsys):
    other = est.save(est.load(saved), tmp_path / "other" / "posterior.nc")
    assert main(["report", str(saved), str(other), "--out", str(tmp_path / "all")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [str(tmp_path / "all" / path.parent.name / "report.html") for path in (saved, other)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "odt"], "format: 'odt': expected some of html, pdf, tex, docx"),
        (["--language", "fr"], "language: 'fr': expected some of en, es, pt"),
        (["--period", "1999"], "1999"),
        (["--disclosure", "secret"], "secret"),
    ],
)
def test_a_wrong_option_is_one_line(saved, tmp_path, capsys, options, said):
    assert main(["report", str(saved), "--out", str(tmp_path / "none"), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("content", [b"", b"not a netCDF file", b"\x89HDF\r\n\x1a\n" + b"\0" * 400])
def test_a_damaged_file_is_one_line(tmp_path, capsys, content):
    path = tmp_path / "posterior.nc"
    path.write_bytes(content)
    assert main(["report", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line
    assert "written by estimators.save" in line


def test_a_missing_file_is_one_line(tmp_path, capsys):
    assert main(["report", str(tmp_path / "nowhere.nc")]) == 2
    assert "no such file" in capsys.readouterr().err
