"""Two releases together must not tell what neither tells alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from estimators.disclosure import guard, profile
from estimators.errors import DataError

AREAS = list("AABBCC")
FIRST = pd.DataFrame({"area": AREAS, "period": ["2023", "2024"] * 3, "reported": [40, 60, 35, 51, 28, 70]})
ADDED = pd.DataFrame({"area": ["D", "D"], "period": ["2023", "2024"], "reported": [4, 90]})
BOTH = pd.concat([FIRST, ADDED], ignore_index=True)


def together(tables, counts):
    """Intervals of cells, worked out by a reader of several tables who takes what did not change as the same."""
    place = {}
    for table in tables:
        for label in zip(table["area"], table["period"], strict=True):
            if "total" not in label:
                place.setdefault(label, len(place))
    rows, right = [], []
    for table in tables:
        inner = [label for label in zip(table["area"], table["period"], strict=True) if "total" not in label]
        for area, period, told in table[["area", "period", "reported"]].itertuples(index=False):
            if told == "c":
                continue
            row = np.zeros(len(place))
            row[[place[a, p] for a, p in inner if area in (a, "total") and period in (p, "total")]] = 1.0
            rows.append(row)
            right.append(float(told))
    least = [min(1, counts[label]) for label in place]
    ends = {}
    for label, number in place.items():
        aim = np.eye(len(place))[number]
        found = [
            optimize.linprog(s * aim, A_eq=np.array(rows), b_eq=right, bounds=[(low, 1e6) for low in least])
            for s in (1, -1)
        ]
        ends[label] = (round(found[0].fun), round(-found[1].fun))
    return ends


def counts_of(table):
    return {(area, period): count for area, period, count in table.itertuples(index=False)}


def test_an_area_that_is_added_is_not_found_by_subtraction():
    first, careless = guard(FIRST, "ctdc"), guard(BOTH, "ctdc")
    assert together([first.table, careless.table], counts_of(BOTH))["D", "2023"] == (4, 4)
    careful = guard(BOTH, "ctdc", previous=first)
    lower, upper = together([first.table, careful.table], counts_of(BOTH))["D", "2023"]
    assert (lower, upper >= 10) == (1, True)
    assert careful.differencing.status == "2 more hidden"
    told = careful.differencing.table.set_index(["area", "period"])["what"]
    assert told["D", "2023"] == "was exposed, is protected"
    proof = careful.proof.set_index(["area", "period"])
    assert proof.loc[("D", "2023"), ["lower", "upper"]].tolist() == [lower, upper]


def test_what_was_published_is_not_hidden_in_vain():
    careful = guard(BOTH, "ctdc", previous=guard(FIRST, "ctdc"))
    shown = careful.table.set_index(["area", "period"])["reported"]
    assert shown["B", "2023"] == 35


def test_the_published_table_serves_as_well_as_the_guarded_one():
    first = guard(FIRST.assign(reported=[4, 60, 35, 51, 28, 70]), "ctdc")
    revised = BOTH.assign(reported=[4, 60, 35, 51, 28, 70, 9, 90])
    one, two = (guard(revised, "ctdc", previous=before) for before in (first, first.table))
    assert one.table.equals(two.table)
    assert one.hidden.any()


def test_the_same_table_twice_tells_nothing_new():
    first = guard(BOTH, "ctdc")
    again = guard(BOTH, "ctdc", previous=first)
    assert again.table.equals(first.table)
    assert again.differencing.status == "no cell exposed"


def test_what_was_told_cannot_be_taken_back():
    bare = guard(BOTH, "k=2").table
    late = guard(BOTH, "ctdc", previous=bare)
    assert late.differencing.status == "exposed by the earlier release"
    told = late.differencing.table.set_index(["area", "period"])["what"]
    assert told["D", "2023"] == "told already by the earlier release"
    assert late.table.set_index(["area", "period"]).loc[("D", "2023"), "reported"] == "c"


def test_a_count_that_was_revised_is_another_count():
    first = guard(BOTH.assign(reported=[40, 60, 35, 51, 28, 70, 6, 90]), "ctdc")
    second = guard(BOTH, "ctdc", previous=first)
    assert second.differencing.status != "exposed by the earlier release"
    lower, upper = second.proof.set_index(["area", "period"]).loc[("D", "2023"), ["lower", "upper"]]
    assert lower == 1
    assert upper >= 10


def test_a_rounded_release_is_read_as_rounded():
    second = guard(BOTH, "ons", previous=guard(FIRST, "ons").table)
    assert second.hidden.any()
    assert second.differencing.status != "exposed by the earlier release"


def test_random_releases():
    """A table grows by an area; neither is to be worked out from the two, whatever each hides alone."""
    exposed = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rule = profile(["ctdc", "k=5"][seed % 2])
        areas, periods = [f"a{i}" for i in range(rng.integers(2, 5))], [f"p{i}" for i in range(rng.integers(2, 4))]
        rows = [(a, p, int(rng.negative_binomial(0.8, 0.8 / 20.8))) for a in [*areas, "new"] for p in periods]
        whole = pd.DataFrame(rows, columns=["area", "period", "reported"])
        first = guard(whole[whole["area"] != "new"], rule)
        second = guard(whole, rule, previous=first)
        counts, hidden = (
            counts_of(whole),
            {label for label, told in zip(second.cells.labels, second.hidden, strict=True) if told},
        )
        exposed += second.differencing.status.endswith("more hidden")
        for label, (lower, upper) in together([first.table, second.table], counts).items():
            assert lower <= counts[label] <= upper, "the reader is wrong"
            if 0 < counts[label] < rule.smallest:
                assert label in hidden
                assert (lower, upper >= rule.smallest - 1) == (1, True), (seed, label, lower, upper)
            elif label in hidden:
                assert lower < upper, (seed, label)
    assert exposed > 5


def test_an_earlier_table_that_cannot_be_is_refused():
    first = guard(BOTH, "ctdc").table
    first.loc[first["area"] == "total", "reported"] = 7
    with pytest.raises(DataError, match=r"previous: 'counts that do not add up with the new ones'"):
        guard(BOTH, "ctdc", previous=first)
    with pytest.raises(DataError, match=r"previous, row 1, column reported: '<11': expected a count or 'c'"):
        guard(BOTH, "ctdc", previous=FIRST.assign(reported="<11"))
    with pytest.raises(DataError, match=r"previous, column reported: 'missing'"):
        guard(BOTH, "ctdc", previous=FIRST.rename(columns={"reported": "victims"}))
