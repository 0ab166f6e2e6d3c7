"""`est.report`: files in every format and language from a result alone, all or none."""

import json

import pandas as pd
import pytest

import estimators as est
from estimators.reports.publication import checklists

FORMATS, LANGUAGES = ("html", "pdf", "tex", "docx"), ("en", "es", "pt")


@pytest.fixture(scope="module")
def post():
    claim = est.Claim("1 in 100", by="Consejo & <Co>", area="MEX", within=3)
    return est.fit(est.Multiplier(claim), est.datasets.mexico(), seed=1)


def test_every_format_in_every_language(post, tmp_path):
    paths = est.report(post, tmp_path, formats=FORMATS, language=LANGUAGES, about="How many?")
    found = {path.relative_to(tmp_path).as_posix() for path in paths}
    assert {f"{language}/report.{kind}" for language in LANGUAGES for kind in FORMATS} <= found
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(paths)


def test_the_same_result_gives_the_same_bytes(post, tmp_path):
    first, second = (est.report(post, tmp_path / name, formats=FORMATS, language="pt") for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_report_from_disk_knows_its_title_and_names(post, tmp_path):
    est.report(
        post,
        tmp_path / "one",
        about="Who counts?\n\nA question.",
        names={"MEX": "Estados Unidos Mexicanos"},
        sources=est.datasets.mexico().source_table(),
        everything=True,
    )
    saved = est.load(tmp_path / "one" / "posterior.nc")
    assert json.loads(saved.attrs["area_names"]) == {"MEX": "Estados Unidos Mexicanos"}
    assert next(answer.status for item, answer in checklists(saved)[0].rows if item.number == "5") == "filled"
    est.report(saved, tmp_path / "two")
    one, two = ((tmp_path / name / "report.html").read_text(encoding="utf-8") for name in ("one", "two"))
    assert "Who counts?" in two
    assert "Estados Unidos Mexicanos" in two
    assert one == two
    assert {"summary.csv", "forest.svg"} <= {path.name for path in (tmp_path / "one").iterdir()}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formats": "html,odt"}, "format: 'odt': expected some of html, pdf, tex, docx"),
        ({"language": "fr"}, "language: 'fr': expected some of en, es, pt"),
        ({"formats": ()}, "format: nothing"),
        ({"period": "1999"}, "1999"),
        ({"disclosure": "k=5", "exhibits": [est.Exhibit("mine", "Mine")]}, "disclosure: exhibits"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(post, tmp_path, options, said):
    with pytest.raises(est.DarkfigureError, match=said):
        est.report(post, tmp_path / "none", **options)
    assert not (tmp_path / "none").exists()


def test_hidden_counts_are_in_no_file(tmp_path):
    rows = [
        {"area": area, "period": year, "indicator": "victims_identified", "value": value, "source": "S"}
        for area, values in {"AAA": (1007, 1543), "BBB": (1721, 1823), "CCC": (1901, 1637)}.items()
        for year, value in zip(("2021", "2022"), values, strict=True)
    ]
    secret = est.fit(est.Multiplier(est.Claim("1 in 100")), est.read_evidence(pd.DataFrame(rows)), seed=2**60 + 12345)
    open_page = est.report(secret, tmp_path / "open", formats="html")[0].read_text(encoding="utf-8")
    assert "1,543" in open_page
    text = _page(secret, tmp_path)
    hidden = [row["value"] for row in rows if f"{row['value']:,}" not in text]
    assert 1007 in hidden
    assert len(hidden) >= 4


def _page(post, folder):
    paths = est.report(post, folder / "hidden", formats="html", disclosure="k=1500", everything=True)
    return "".join(path.read_text(encoding="utf-8") for path in paths if path.suffix in (".html", ".csv", ".svg"))
