"""Hierarchical models: all of them, or all near the best."""

import numpy as np
import pytest

from estimators.numeric import incomplete_tables, model_search


@pytest.mark.parametrize(("lists", "order", "number"), [(3, 2, 8), (3, 3, 8), (4, 2, 64), (4, 3, 113), (5, 2, 1024)])
def test_number_of_hierarchical_models(lists, order, number):
    terms = incomplete_tables.interactions(lists, lists, order)
    found = model_search.every(model_search.space(terms), 5000)
    assert len(found) == len(set(found.tolist())) == number


def test_without_interactions_there_is_one_model():
    found = model_search.explore(model_search.space([]), lambda models: np.zeros(len(models)), 10)
    assert found.models.tolist() == [0]
    assert found.complete


def test_neighbours_keep_the_hierarchy():
    space = model_search.space([(0, 1), (0, 2), (1, 2), (0, 1, 2)])
    assert space.neighbours(np.array([0b1111], dtype=np.uint64)).tolist() == [0b0111]
    assert space.neighbours(np.array([0], dtype=np.uint64)).tolist() == [1, 2, 4]


def test_search_finds_what_matters_where_not_all_can_be_scored():
    weights = np.random.default_rng(1).normal(0.0, 4.0, 15)

    def score(models):
        bits = models[:, None] >> np.arange(15, dtype=np.uint64) & np.uint64(1)
        return bits @ weights

    space = model_search.space(incomplete_tables.interactions(6, 6, 2))
    every, near = model_search.explore(space, score, 40_000), model_search.explore(space, score, 3000)
    assert every.complete
    assert not near.complete
    assert len(near.models) < 5000
    assert near.models[0] == every.models[0]
    known = np.isin(every.models, near.models)
    assert every.probability[known].sum() > 0.98
    assert 0.0 < near.edge < 0.1
