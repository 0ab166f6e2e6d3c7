"""A figure that was published as a range stands as one, in cells and in sums: it is neither missing nor nothing."""

import re

import pandas as pd

import estimators as est


def test_ranges_stand_in_cells_and_sums(tmp_path):
    figures = [("A", "2020", "30"), ("B", "2020", "10-20"), ("C", "2020", ""), ("A", "2021", "40"), ("B", "2021", "50")]
    figures += [("C", "2021", "7")]
    rows = [(area, period, "victims_identified", value, "an office") for area, period, value in figures]
    rows += [(area, year, "population", "1000000", "an office") for area in "ABC" for year in ("2020", "2021")]
    evidence = est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "source"]))
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    post = est.fit(model, evidence, seed=1, sampling=est.Sampling(draws=250))
    est.report(post, tmp_path, about="Title", period="2020")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (tmp_path / "report.html").read_text(encoding="utf-8")))
    assert "40 – 50 were reported, in 2 areas with a figure." in text
    assert "B 2020 10 – 20 " in text
    assert "C 2020 no figure " in text
    assert "2020 3 2 40 – 50 " in text, "the total"
    assert "2021 3 3 97 " in text, "the total of exact figures"
