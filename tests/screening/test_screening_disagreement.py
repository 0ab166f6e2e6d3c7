"""Two sources for one cell: which differ beyond chance, and what refuses to read both as one."""

import pandas as pd
import pytest
from scipy import stats

import estimators as est


def evidence_of(*rows):
    columns = ["area", "period", "indicator", "value", "source", "vintage"]
    return est.read_evidence(pd.DataFrame([(*row, "")[:6] for row in rows], columns=columns).astype(object))


def test_argentina_2012():
    evidence = evidence_of(
        ("ARG", "2012", "convictions", 17, "TIP report"), ("ARG", "2012", "convictions", 39, "UNODC")
    )
    found = est.disagreements(evidence)
    row = found.table.iloc[0]
    assert row["factor"] == pytest.approx(17.5 / 39.5)
    share = 1.1 / 2.1  # UNODC may count a tenth more
    tail = stats.binom.sf(39, 56, share) + 0.5 * stats.binom.pmf(39, 56, share)
    assert row["z"] == pytest.approx(-stats.norm.isf(tail), rel=1e-9)
    assert "ARG 2012 convictions: TIP report 17, UNODC 39" in found.text
    with pytest.raises(
        est.DataError, match=r"one row for ARG in 2012; given are row 1 from 'TIP report', row 2 from 'UNODC'"
    ):
        evidence.figures("convictions")  # fmt: skip


def test_sources_that_agree_within_chance_or_a_tenth():
    found = est.disagreements(
        evidence_of(
            ("A", "2020", "complaints", 20, "x"), ("A", "2020", "complaints", 26, "y"),
            ("B", "2020", "complaints", 1000, "x"), ("B", "2020", "complaints", 1090, "y"),
            ("C", "2020", "complaints", "10-40", "x"), ("C", "2020", "complaints", 35, "y"),
        )
    )  # fmt: skip
    assert found.status == "0 of 3 pairs"
    assert found.table.empty


def test_vintages_of_one_source_are_revisions():
    found = est.disagreements(
        evidence_of(
            ("A", "2020", "complaints", 20, "x", "2021-01"),
            ("A", "2020", "complaints", 90, "x", "2022-01"),
            ("A", "2020", "complaints", 88, "y", "2021-01"),
        )
    )
    assert found.status == "0 of 1 pairs"


def test_many_pairs_are_corrected_for():
    one = [("A", "2020", "complaints", 20, "x"), ("A", "2020", "complaints", 44, "y")]
    many = [(f"B{k}", "2020", "complaints", 30, source) for k in range(60) for source in "xy"]
    alone, among = (est.disagreements(evidence_of(*rows)).table for rows in (one, one + many))
    assert len(alone) == 1
    assert among.empty


def test_mexico_2021():
    own = est.datasets.mexico().where(indicator="victims_identified", start="2020-01-01", end="2021-12-31")
    other = est.datasets.latin_america().where(
        area="MEX", source="UNODC", indicator="victims_identified", start="2020-01-01"
    )
    both = est.read_evidence(pd.concat([own.table, other.table], ignore_index=True))
    table = est.disagreements(both).table.set_index("period")
    assert table.loc["2021", ["value", "other_value"]].tolist() == [753.0, 115.0]
    assert table.loc["2021", "z"] > 15
