"""What a figure means: exact, bounded, missing; and what makes two sets of evidence the same."""

import copy
import pickle
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from estimators.errors import DataError
from estimators.evidence import Evidence, read_evidence

NAN, INF = np.nan, np.inf


def one(**cells) -> pd.Series:
    row = {"area": "MEX", "period": "2021", "indicator": "victims_identified", **cells}
    return read_evidence(pd.DataFrame([row], dtype=object)).table.loc[1]


STATEMENTS = [
    # value, lower, upper, bound as given; value, lower, upper, bound as understood
    ("744", "", "", "", 744, 744, 744, "exact"),
    ("0", "", "", "", 0, 0, 0, "exact"),
    ("1e3", "", "", "", 1000, 1000, 1000, "exact"),
    (" +12 ", "", "", "exact", 12, 12, 12, "exact"),
    (12, 12, 12, "", 12, 12, 12, "exact"),
    (np.int64(12), "", "", "", 12, 12, 12, "exact"),
    (Decimal(12), "", "", "", 12, 12, 12, "exact"),
    (2**53 - 1, "", "", "", 2**53 - 1, 2**53 - 1, 2**53 - 1, "exact"),
    ("<5", "", "", "", NAN, 0, 4, "less_than"),
    ("<5", "1", "4", "less_than", NAN, 1, 4, "less_than"),
    ("<1", "", "", "", NAN, 0, 0, "less_than"),
    ("≤5", "", "", "", NAN, 0, 5, "at_most"),
    ("<= 5", "", "", "at_most", NAN, 0, 5, "at_most"),
    (">100", "", "", "", NAN, 101, INF, "more_than"),
    ("≥100", "", "", "", NAN, 100, INF, "at_least"),
    (">=100", "", "500", "", NAN, 100, 500, "at_least"),
    ("10-20", "", "", "", NAN, 10, 20, "interval"),
    ("10 – 20", "", "", "interval", NAN, 10, 20, "interval"),
    ("10-20", "", "", "approximately", NAN, 10, 20, "approximately"),
    ("5", "", "", "less_than", NAN, 0, 4, "less_than"),
    ("5", "", "", "at_most", NAN, 0, 5, "at_most"),
    ("5", "", "", "more_than", NAN, 6, INF, "more_than"),
    ("5", "", "", "at_least", NAN, 5, INF, "at_least"),
    ("5000", "4500", "5000", "nearly", 5000, 4500, 5000, "nearly"),
    ("15", "10", "20", "", 15, 10, 20, "interval"),
    ("", "10", "20", "", NAN, 10, 20, "interval"),
    ("", "", "", "", NAN, NAN, NAN, "missing"),
    ("", "", "", "missing", NAN, NAN, NAN, "missing"),
    (None, NAN, pd.NA, None, NAN, NAN, NAN, "missing"),
]


@pytest.mark.parametrize(("given", "understood"), [(case[:4], case[4:]) for case in STATEMENTS])
def test_a_count_is_understood_as_written(given, understood):
    row = one(**dict(zip(("value", "lower", "upper", "bound"), given, strict=True)))
    np.testing.assert_array_equal(row[["value", "lower", "upper"]].to_numpy(float), understood[:3])
    assert row["bound"] == understood[3]


def test_canonical_rows_read_back_as_themselves(tmp_path):
    given = pd.DataFrame([case[:4] for case in STATEMENTS], columns=["value", "lower", "upper", "bound"], dtype=object)
    areas = [f"A{number}" for number in range(len(given))]
    evidence = read_evidence(given.assign(area=areas, period="2021", indicator="complaints"))
    assert read_evidence(evidence.table).hash == evidence.hash
    evidence.table.to_csv(tmp_path / "again.csv", index=False)
    assert read_evidence(tmp_path / "again.csv").hash == evidence.hash
    evidence.table.to_parquet(tmp_path / "again.parquet")
    assert read_evidence(tmp_path / "again.parquet").hash == evidence.hash


@pytest.mark.parametrize(
    ("written", "lower", "upper"),
    [
        ("4 %", 0.04, 0.04), ("4.1%", 0.041, 0.041), (".5", 0.5, 0.5), ("5.", None, None), ("0.125", 0.125, 0.125), ("1e1 %", 0.1, 0.1),
        ("<10 %", 0, 0.1), (">0.5", 0.5, 1), ("10-20 %", 0.1, 0.2), ("10%–20%", 0.1, 0.2), ("100 %", 1, 1),
        ("10 % - 20", None, None),
    ],
)  # fmt: skip
def test_shares_may_be_percentages(written, lower, upper):
    if lower is None:
        with pytest.raises(DataError, match="a number such as"):
            one(indicator="reported_share", value=written)
    else:
        row = one(indicator="reported_share", value=written)
        assert (row["lower"], row["upper"]) == (lower, upper)


def test_limits_of_what_is_not_whole_are_not_moved():
    assert one(indicator="detected_victims_rate", value="<0.5")["upper"] == 0.5
    assert one(indicator="prevalence_stock", value="5000000", bound="more_than")["lower"] == 5_000_000


def test_a_vague_estimate_may_stand_without_limits():
    row = one(indicator="prevalence_stock", value="5000000", bound="nearly")
    assert row["value"] == 5_000_000
    assert np.isnan(row["upper"])


def test_missing_is_not_zero():
    empty, zero = one(value=""), one(value=0)
    assert np.isnan(empty["lower"])
    assert zero["lower"] == 0


def test_words_get_their_defaults():
    row = one(value=1, form="", sex=None, vintage=2023, unit="persons")
    assert row[["form", "sex", "age", "unit", "source", "vintage"]].to_list() == [
        "all",
        "all",
        "all",
        "persons",
        "",
        "2023",
    ]
    assert one(value=1, vintage=2023.0)["vintage"] == "2023"
    assert one(value=1, vintage=date(2023, 5, 1))["vintage"] == "2023-05-01"
    assert one(value=1, area="Me\u0301xico")["area"] == "M\xe9xico"


@pytest.mark.parametrize(
    "kind", [str, date.fromisoformat, datetime.fromisoformat, pd.Timestamp, np.datetime64, lambda day: f" {day} "]
)
def test_dates_of_every_type(kind):
    row = {"area": "MEX", "period_start": kind("2021-01-01"), "period_end": kind("2021-06-30")}
    table = read_evidence(pd.DataFrame([{**row, "indicator": "complaints", "value": 1}])).table
    assert table.loc[1, "period_end"] == pd.Timestamp("2021-06-30")
    assert table["period_start"].dtype == "datetime64[s]"


def several() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": ["MEX", "GTM", "MEX"],
            "period": ["2021", "2021", "2022"],
            "indicator": "victims_identified",
            "value": ["744", "<5", ""],
            "source": ["SESNSP", "UNODC", "SESNSP"],
        }
    )


def test_the_hash_is_that_of_the_content():
    table = several()
    regions = {"A": ("MEX", "GTM"), "B": ("GTM",)}
    expected = read_evidence(table, regions=regions).hash
    assert read_evidence(table.iloc[::-1, ::-1], regions={"B": ("GTM",), "A": ("GTM", "MEX")}).hash == expected
    assert read_evidence(table).hash != expected
    for column, value in (("value", "745"), ("source", "other"), ("area", "SLV"), ("period", "2023")):
        changed = table.copy()
        changed.loc[0, column] = value
        assert read_evidence(changed, regions=regions).hash != expected


def test_the_hash_is_fixed_for_good():
    """A published result names this hash, so neither we nor pandas may change how it is made."""
    expected = "60b16546a120ecb286eacc036579a37a6bcf8b0632ebf7f8a9dfa7ad09b4cb04"
    assert read_evidence(several()).hash == expected


def test_equality_is_that_of_the_hash():
    evidence = read_evidence(several())
    assert evidence == read_evidence(several().iloc[::-1])
    assert hash(evidence) == hash(read_evidence(several()))
    assert evidence != read_evidence(several().iloc[:2])
    assert evidence != "evidence"


@pytest.mark.parametrize("remake", [copy.deepcopy, lambda evidence: pickle.loads(pickle.dumps(evidence))])  # noqa: S301
def test_evidence_travels_to_other_processes(remake):
    evidence = read_evidence(several(), regions={"A": ("MEX",)})
    assert remake(evidence) == evidence
    assert remake(evidence).label == "DataFrame"


def test_nothing_the_user_does_changes_evidence():
    table, parts = several(), ["MEX", "GTM"]
    regions = {"A": parts}
    evidence = read_evidence(table, regions=regions)
    before = evidence.hash
    table.loc[0, "value"] = "999"
    parts.append("SLV")
    regions["B"] = ["HND"]
    handed_out = evidence.table
    handed_out.loc[1, "value"] = 999
    handed_out["new"] = 1
    evidence.figures("victims_identified")["lower"][:] = 999
    with pytest.raises(TypeError):
        evidence.regions["B"] = ("HND",)
    with pytest.raises(AttributeError):
        evidence.label = "other"
    given = evidence.table
    again = Evidence(given, evidence.regions)
    given.loc[1, "value"] = 999
    assert again.hash == evidence.hash == before
    assert evidence.table["value"].to_list()[0] == 744


def test_a_table_that_was_not_checked_is_refused():
    with pytest.raises(DataError, match="use read_evidence"):
        Evidence(several())


def test_repr_and_sources_say_what_is_there():
    evidence = read_evidence(several())
    text = repr(evidence)
    for part in ("3 rows", "2021-01-01/2022-12-31", "MEX, GTM", "victims_identified", evidence.hash[:12]):
        assert part in text
    sources = evidence.source_table()
    assert sources.loc["SESNSP", "rows"] == 2
    assert sources.loc["SESNSP", "last"] == pd.Timestamp("2022-12-31")
    assert sources["indicators"].to_list() == ["victims_identified"] * 2
