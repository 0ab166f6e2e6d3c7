"""Decomposable graphs are the chordal ones, all of them, with the right cliques and separators."""

import itertools

import numpy as np
import pytest

from estimators.numeric import graphs


def chordal(vertices, edges):
    """By definition: no cycle of four or more without a chord."""
    joined = {frozenset(edge) for edge in edges}
    for size in range(4, vertices + 1):
        for cycle in itertools.permutations(range(vertices), size):
            if cycle[0] != min(cycle):
                continue
            pairs = [frozenset((cycle[i], cycle[(i + 1) % size])) for i in range(size)]
            if all(pair in joined for pair in pairs) and not any(
                frozenset(pair) in joined for pair in itertools.combinations(cycle, 2) if frozenset(pair) not in pairs
            ):
                return False
    return True


@pytest.mark.parametrize(("vertices", "count"), [(1, 1), (2, 2), (3, 8), (4, 61), (5, 822), (6, 18_154)])
def test_how_many_there_are(vertices, count):
    found = graphs.decomposable(vertices)
    assert len(found.signs) == len(np.unique(found.neighbours, axis=0)) == count


@pytest.mark.slow
def test_how_many_on_seven():
    assert len(graphs.decomposable(7).signs) == 617_675


@pytest.mark.parametrize("vertices", [4, 5])
def test_they_are_the_chordal_ones(vertices):
    listed = {tuple(row) for row in graphs.decomposable(vertices).neighbours.tolist()}
    pairs = list(itertools.combinations(range(vertices), 2))
    for chosen in itertools.product([0, 1], repeat=len(pairs)):
        edges = [pair for pair, there in zip(pairs, chosen, strict=True) if there]
        near = [sum(1 << b if a == v else 1 << a for a, b in edges if v in (a, b)) for v in range(vertices)]
        assert (tuple(near) in listed) == chordal(vertices, edges)


def test_every_vertex_counts_once():
    """Σ sign |s ∩ v| = 1 for each vertex, and cliques are complete."""
    found = graphs.decomposable(5)
    on = np.arange(32)[:, None] >> np.arange(5) & 1
    assert (found.signs @ on == 1).all()
    for near, signs in zip(found.neighbours[::37], found.signs[::37], strict=True):
        for clique in graphs.cliques(signs):
            held = [v for v in range(5) if clique >> v & 1]
            assert all(near[v] >> w & 1 for v, w in itertools.permutations(held, 2))


def test_what_is_refused():
    with pytest.raises(ValueError, match="1 to 7"):
        graphs.decomposable(8)
    square = np.array([[0b1010, 0b0101, 0b1010, 0b0101]], dtype=np.uint16)
    with pytest.raises(ValueError, match="not decomposable"):
        graphs.of(square)
    assert len(graphs.of(graphs.toggled(square, np.array([0]), np.array([2]))).signs) == 1
