"""Decomposable graphs on a few lists: all of them, or those that a walk through them visits.

Notation: L vertices, numbered from 0; a set of vertices is a whole number whose bit i says whether vertex i is in it, as in
`estimators.numeric.patterns`; A_v the neighbours of vertex v; G graphs. A graph is decomposable when every cycle of four or more has a
chord; then its vertices can be taken off one by one, each when its remaining neighbours are all joined (a *simplicial* vertex), and a
density factorises as ∏ p(cliques) / ∏ p(separators). Each vertex v taken off with neighbours A contributes p(A ∪ v) / p(A): what does not
cancel are cliques and separators.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

type Signs = NDArray[np.int8]
type Sets = NDArray[np.uint16]
type Mask = NDArray[np.bool_]

MOST = 7  # vertices of which every graph is listed; on 8 there are 30,888,596


@dataclass(frozen=True)
class Graphs:
    """Decomposable graphs.

    Parameters
    ----------
    neighbours : Sets, shape (G, L)
        Neighbours of each vertex.
    signs : Signs, shape (G, 2^L)
        1 for each clique, minus the number of times a set is a separator, else 0; the empty set is left out.
    """

    neighbours: Sets
    signs: Signs

    def only(self, rows: Mask | NDArray[np.intp]) -> "Graphs":
        """Some of the graphs."""
        return Graphs(self.neighbours[rows], self.signs[rows])


@cache
def decomposable(vertices: int) -> Graphs:
    """Every decomposable graph on labelled vertices: 1, 2, 8, 61, 822, 18,154, 617,675 on 1 to 7.

    Parameters
    ----------
    vertices : int
        L, at most 7.

    Notes
    -----
    A subgraph of a decomposable graph is decomposable, so that the graphs on L vertices are those on L - 1 with one more vertex, joined to
    any set that leaves them decomposable.

    Examples
    --------
    >>> len(decomposable(4).signs)
    61
    """
    if not 1 <= vertices <= MOST:
        raise ValueError(f"{vertices} vertices: every graph is listed for 1 to {MOST}")
    found = np.zeros((1, 1), dtype=np.uint16)
    for last in range(1, vertices):
        joined = np.tile(np.arange(2**last, dtype=np.uint16), len(found))
        older = np.repeat(found, 2**last, axis=0) | ((joined[:, None] >> np.arange(last, dtype=np.uint16)) & 1) << last
        candidates = np.column_stack([older, joined]).astype(np.uint16)
        found = candidates[taken_off(candidates)[0]]
    return of(found)


def of(neighbours: Sets) -> Graphs:
    """Graphs from their neighbours, with their signs; all must be decomposable."""
    vertices = neighbours.shape[1]
    decomposes, left = taken_off(neighbours)
    if not decomposes.all():
        raise ValueError("a graph that is not decomposable has no cliques and separators")
    signs, row = np.zeros((len(neighbours), 2**vertices), dtype=np.int8), np.arange(len(neighbours))
    for v in range(vertices):
        signs[row, left[v] | (1 << v)] += 1
        signs[row, left[v]] -= 1
    signs[:, 0] = 0
    return Graphs(neighbours, signs)


def taken_off(neighbours: Sets) -> tuple[Mask, list[Sets]]:
    """Whether each graph is decomposable, and the neighbours each vertex still had when it was taken off, one array a vertex."""
    vertices = neighbours.shape[1]
    kind: type[np.uint8] | type[np.uint16] = np.uint8 if vertices <= 8 else np.uint16
    joined = [np.ascontiguousarray(neighbours[:, v].astype(kind)) for v in range(vertices)]
    bit = [kind(1 << v) for v in range(vertices)]
    left = [np.zeros(len(neighbours), dtype=kind) for _ in range(vertices)]
    alive = np.full(len(neighbours), 2**vertices - 1, dtype=kind)
    for _ in range(vertices):
        before = alive.copy()
        for v in range(vertices):
            near = joined[v] & alive
            apart = np.zeros_like(near)  # neighbours that some neighbour is not joined to
            for w in range(vertices):
                if w != v:
                    apart |= near & ~(joined[w] | bit[w]) & ((near >> kind(w) & kind(1)) * kind(2**vertices - 1))
            off = (apart == 0) & (alive & bit[v] != 0)
            left[v] = np.where(off, near, left[v])
            alive = np.where(off, alive & ~bit[v], alive)
        if (alive == before).all():
            break
    return alive == 0, [array.astype(np.uint16) for array in left]


def cliques(signs: Signs) -> list[int]:
    """The cliques of one graph, from its row of signs, largest first.

    Examples
    --------
    >>> graph = of(np.array([[0b010, 0b101, 0b010]], dtype=np.uint16))
    >>> [bin(clique) for clique in cliques(graph.signs[0])]
    ['0b11', '0b110']
    """
    return sorted(np.flatnonzero(signs > 0).tolist(), key=lambda s: (-s.bit_count(), s))


def toggled(neighbours: Sets, first: NDArray[np.intp], second: NDArray[np.intp]) -> Sets:
    """The graphs with one edge each put in, or taken out where it was."""
    row, out = np.arange(len(neighbours)), neighbours.copy()
    out[row, first] ^= (1 << second).astype(np.uint16)
    out[row, second] ^= (1 << first).astype(np.uint16)
    return out
