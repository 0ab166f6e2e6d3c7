"""A figure that was published as a range stands as one, in cells and in sums: it is neither missing nor nothing."""

import re

import pandas as pd

import estimators as est


def test_a_range_is_drawn_from_end_to_end():
    frame = pd.DataFrame({"area": ["A", "B", "C"], "period": "2020", "reported": [30.0, None, None], "true_count_median": [900, 800, 700],
                          "true_count_lower": 90, "true_count_upper": 9000, "probability": 0.95, "verdict": "unauditable",
                          "convergence": "publishable", "simulation_error": 0.0, "reported_lower": [None, 10.0, None],
                          "reported_upper": [None, 20.0, None]})  # fmt: skip
    figure = est.plot_areas(frame, quantities=("true_count",))
    lines = [each.tolist() for each in figure.axes[0].collections[-1].get_segments()]
    assert [[10.0, 1.0], [20.0, 1.0]] in lines
    assert "Joined ticks" in " ".join(text.get_text() for text in figure.texts)
    exact = est.plot_areas(frame.drop(columns=["reported_lower", "reported_upper"]), quantities=("true_count",))
    assert "Joined ticks" not in " ".join(text.get_text() for text in exact.texts)


def test_ranges_stand_in_cells_and_sums(tmp_path):
    figures = [("A", "2020", "30"), ("B", "2020", "10-20"), ("C", "2020", ""), ("A", "2021", "40"), ("B", "2021", "50")]
    figures += [("C", "2021", "7")]
    rows = [(area, period, "victims_identified", value, "an office") for area, period, value in figures]
    rows += [(area, year, "population", "1000000", "an office") for area in "ABC" for year in ("2020", "2021")]
    evidence = est.read_evidence(pd.DataFrame(rows, columns=["area", "period", "indicator", "value", "source"]))
    model = est.Synthesis(est.Incidence(), (est.IdentifiedVictims(),))
    post = est.fit(model, evidence, seed=1, sampling=est.Sampling(draws=250))
    est.report(post, tmp_path, about="Title", period="2020")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Joined ticks: reported as a range" in page
    assert "40 – 50 were reported, in 2 areas with a figure." in text
    assert "B 2020 10 – 20 " in text
    assert "C 2020 no figure " in text
    assert "2020 3 2 40 – 50 " in text, "the total"
    assert "2021 3 3 97 " in text, "the total of exact figures"
