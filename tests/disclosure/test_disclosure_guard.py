"""Random tables against a reader written apart from the guard, who sees the published table and nothing else."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse

from estimators.disclosure import Profile, guard, guarding, profile
from estimators.disclosure.attack import System, feasible_intervals
from estimators.disclosure.suppression import Suppression
from estimators.errors import DarkfigureError

PROFILES = (
    "ctdc",
    "ons",
    "k=5",
    "k=2",
    Profile("a little", 8, protection=1),
    Profile("rounded", 6, rounding=3, protection=2),
    Profile("absence", 5, hide_zeros=True),
)


def random_table(rng):
    """From 2 by 2 to 5 by 6, every third in three dimensions, full of small counts, zeros and missing cells."""
    shape = tuple(rng.integers(2, [6, 7])) if rng.random() < 2 / 3 else tuple(rng.integers(2, [4, 4, 5]))
    size, mean = rng.choice([0.4, 0.8, 2.0]), rng.choice([3.0, 8.0, 25.0, 80.0])
    counts = rng.negative_binomial(size, size / (size + mean), shape).astype(float)
    counts[rng.random(shape) < rng.choice([0.0, 0.1])] = np.nan
    counts.flat[0] = 3.0  # never a table without any count
    rows = [
        (*(f"{place}{name}" for place, name in zip(index, "xyz", strict=False)), counts[index])
        for index in np.ndindex(shape)
    ]
    by = list("abc"[: len(shape)])
    return pd.DataFrame(rows, columns=[*by, "reported"]), by


class Reader:
    """What can be worked out from a published table, its profile's name and the meaning of "total"."""

    def __init__(self, table, by, rule):
        known = table[table["reported"].notna()]
        self.told = {tuple(row[:-1]): row[-1] for row in known[[*by, "reported"]].itertuples(index=False)}
        self.inner = [label for label in self.told if "total" not in label]
        self.least = 0 if rule.hide_zeros else 1
        self.rule = rule
        self.unknown = [label for label in self.inner if self.told[label] == "c"]
        place = {label: number for number, label in enumerate(self.unknown)}
        self.sums, self.rest, self.totals = [], [], []
        for label in (label for label in self.told if "total" in label):
            parts = [cell for cell in self.inner if all(a in (b, "total") for a, b in zip(label, cell, strict=True))]
            row = np.zeros(len(self.unknown))
            row[[place[cell] for cell in parts if cell in place]] = 1.0
            shown = sum(self.told[cell] for cell in parts if cell not in place)
            self.totals.append((label, row, shown))
        published = [
            (row, self.told[label] - shown)
            for label, row, shown in self.totals
            if self.told[label] != "c" and row.any()
        ]
        self.matrix = np.array([row for row, _ in published]).reshape(len(published), len(self.unknown))
        self.right = np.array([float(value) for _, value in published])

    def hidden(self):
        """Rows over the unknown cells, and what is added to them, for every hidden cell and total."""
        for number, label in enumerate(self.unknown):
            yield label, np.eye(len(self.unknown))[number], 0.0
        for label, row, shown in self.totals:
            if self.told[label] == "c":
                yield label, row, float(shown)

    def solved(self):
        """Hidden cells that linear algebra alone gives away."""
        basis = (
            np.linalg.svd(self.matrix)[2][np.linalg.matrix_rank(self.matrix) :]
            if len(self.right)
            else np.eye(len(self.unknown))
        )
        return [
            label
            for label, row, _ in self.hidden()
            if not len(self.unknown) or np.abs(basis @ row).max(initial=0.0) < 1e-9
        ]

    def interval(self, row, add):
        ends = []
        for sign in (1.0, -1.0):
            equal = {"A_eq": self.matrix, "b_eq": self.right} if len(self.right) else {}
            found = optimize.linprog(sign * row, bounds=(self.least, None), **equal)
            assert found.status in (0, 3), found.message
            ends.append(sign * np.inf * -1 if found.status == 3 else sign * found.fun + add)
        return ends

    def violations(self, truth):
        """Hidden cells that are known too well, in words."""
        wrong = [f"{label} is solved" for label in self.solved()]
        for label, row, add in self.hidden():
            lower, upper = self.interval(row, add)
            count = truth[label]
            if not lower - 1e-6 <= count <= upper + 1e-6:
                wrong.append(f"{label}: {count} outside {lower}, {upper}: the reader is wrong")
            if upper - lower < 1 - 1e-6:
                wrong.append(f"{label} is within {lower}, {upper}")
            if self.rule.too_small(np.array(count)) and self.rule.protection is None:
                parts = [
                    cell for cell in self.inner if all(a in (b, "total") for a, b in zip(label, cell, strict=True))
                ]
                anyway = sum(self.least and truth[cell] > 0 for cell in parts)
                if lower > anyway + 1e-6 or upper < max(self.rule.smallest - 1, anyway + 1) - 1e-6:
                    wrong.append(f"{label}, too small, is within {lower}, {upper}")
        return wrong


def exact(guarded, by):
    """The published table before rounding, which the proof is meant to hold for as well."""
    counts = np.where(guarded.hidden, "c", guarded.cells.counts.astype(object))
    return pd.DataFrame(guarded.cells.labels, columns=by).assign(reported=counts)


def known_too_well(seed):
    rng = np.random.default_rng(seed)
    table, by = random_table(rng)
    rule = profile(PROFILES[rng.integers(len(PROFILES))])
    guarded = guard(table, rule, by=by)
    truth = dict(zip(guarded.cells.labels, guarded.cells.counts.tolist(), strict=True))
    return Reader(exact(guarded, by), by, rule).violations(truth), guarded


def test_no_hidden_count_can_be_worked_out():
    found = {seed: wrong for seed in range(150) if (wrong := known_too_well(seed)[0])}
    assert not found


@pytest.mark.slow
def test_no_hidden_count_of_10_000_tables_can_be_worked_out():
    found = {seed: wrong for seed in range(10_000) if (wrong := known_too_well(seed)[0])}
    assert not found


def test_the_reader_finds_what_primary_suppression_alone_gives_away():
    caught = 0
    for seed in range(40):
        table, by = random_table(np.random.default_rng(seed))
        rule = profile("k=5")
        guarded = guard(table, rule, by=by)
        truth = dict(zip(guarded.cells.labels, guarded.cells.counts.tolist(), strict=True))
        bare = exact(guarded, by)
        bare["reported"] = np.where(rule.too_small(guarded.cells.counts), "c", guarded.cells.counts.astype(object))
        caught += bool(Reader(bare, by, rule).violations(truth))
    assert caught > 30


def enumerated(reader, most):
    """Every whole-number table, up to `most` in a hidden cell."""
    values = np.array(list(product(range(reader.least, most + 1), repeat=len(reader.unknown))))
    if len(reader.right):
        values = values[(np.abs(values @ reader.matrix.T - reader.right) < 0.5).all(axis=1)]
    return values


def test_no_hidden_count_has_a_single_whole_value():
    looked, finite, most = 0, 0, 9
    for seed in range(150):
        rng = np.random.default_rng(seed)
        shape = [(2, 2), (2, 3), (2, 2, 2)][seed % 3]
        by = list("abc"[: len(shape)])
        counts = rng.integers(0, 7, shape) * (rng.random(shape) < 0.7)
        rows = [(*map(str, index), counts[index]) for index in np.ndindex(shape)]
        rule = profile(["k=3", "k=5", Profile("a little", 6, protection=1)][seed % 5 % 3])
        guarded = guard(pd.DataFrame(rows, columns=[*by, "reported"]), rule, by=by)
        reader = Reader(exact(guarded, by), by, rule)
        if not 0 < len(reader.unknown) <= 5:
            continue
        looked += 1
        proof = guarded.proof.set_index(by)
        tables = enumerated(reader, most)
        for label, row, add in reader.hidden():
            values = np.unique(tables @ row + add)
            lower, upper = proof.loc[label, ["lower", "upper"]]
            assert len(values) > 1, (seed, label)
            assert lower <= values.min()
            assert values.max() <= upper
            if proof["upper"].max() <= most:  # then every table was enumerated
                finite += 1
                assert (values.min(), values.max()) == (lower, upper)
    assert looked > 40
    assert finite > 15


def test_ends_are_whole_where_linear_programming_ends_between_whole_numbers():
    """Of three things no two go together: at most one, where linear programming says one and a half."""
    equations = np.array(
        [
            [-1.0, -1, 0, -1, 0, 0, 0, 1],  # first and second, and what is missing to one
            [0, -1, -1, 0, -1, 0, 0, 1],
            [-1, 0, -1, 0, 0, -1, 0, 1],
            [-1, -1, -1, 0, 0, 0, 1, 0],  # how many there are
        ]
    )
    counts = np.array([1, 0, 0, 0, 1, 0, 1, 1])
    free, one = (np.zeros(8), np.full(8, np.inf)), counts.astype(float)
    system = System(counts, sparse.csr_array(equations), free, (one, one), np.ones(8))
    lower, upper = feasible_intervals(system, np.arange(8) < 7)
    assert (lower[6], upper[6]) == (0, 1)
    assert upper.tolist() == [1] * 8


@pytest.mark.parametrize("unmet", [(), (0,)])
def test_a_wrong_search_is_stopped_by_the_proof(monkeypatch, unmet):
    def careless(system, hidden, needs):
        return Suppression(hidden, system.counts[None], unmet)

    monkeypatch.setattr(guarding, "suppress", careless)
    table = pd.DataFrame({"area": list("AABB"), "period": ["1", "2"] * 2, "reported": [4, 60, 50, 70]})
    with pytest.raises(DarkfigureError, match=r"cannot be proved safe at A, 1: nothing was published"):
        guard(table, "ctdc")


def test_margins_are_those_published():
    table = pd.DataFrame({"area": list("AABB"), "period": ["1", "2"] * 2, "reported": [4, 60, 50, 70]})
    assert guard(table, "ctdc", margins=()).table["reported"].tolist() == ["c", 60, 50, 70]
    one = guard(table, "ctdc", margins=("area",)).table
    assert one["period"].tolist()[4:] == ["1", "2"]
    assert one["reported"].tolist() == ["c", 60, "c", 70, 54, 130]
    for names in combinations(("area", "period"), 2):
        assert len(guard(table, "ctdc", margins=names).table) == 9
