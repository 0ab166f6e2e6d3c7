"""The twenty panels of `tests/reference`, made ready for the engine."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from estimators.synthesis.laplace.layout import effects
from estimators.synthesis.laplace.scores import Scores
from estimators.synthesis.laplace.setup import make_plan

PANELS = Path(__file__).parents[2] / "reference" / "panels.py"


@cache
def _module():
    spec = importlib.util.spec_from_file_location("reference_panels", PANELS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_generate_tests(metafunc):
    if "name_of_panel" in metafunc.fixturenames:
        metafunc.parametrize("name_of_panel", list(_module().MODELS))


@pytest.fixture(scope="session")
def panel_named():
    """The function that gives a panel by its name."""
    return cache(_module().panel_of)


@pytest.fixture
def ready(name_of_panel, panel_named):
    """Panel, plan and scores."""
    panel = panel_named(name_of_panel)
    return panel, make_plan(panel), Scores(panel)


@pytest.fixture(scope="session")
def points():
    """Values of everything at random: scores, what they stand for, standardised effects of all areas."""

    def drawn(panel, plan, scores, draws=3, seed=1, spread=0.4):
        rng = np.random.default_rng(seed)
        known = scores.known(spread * rng.standard_normal((scores.size, draws)))
        areas, layout = panel.grid.shape[0], plan.layout
        chain = spread * rng.standard_normal((layout.periods, len(layout.chain), areas, draws))
        chain[:1, layout.walks] = 0.0
        return known, chain, spread * rng.standard_normal((len(layout.border), areas, draws))

    return drawn


@pytest.fixture(scope="session")
def vectors_of():
    """The flat vectors of a panel at given values, (draws, size)."""

    def flat(panel, plan, known, chain, border):
        found = np.empty((chain.shape[-1], panel.size))
        scales = {scale.name for scale in panel.scales}
        for name, values in known.items():
            found[:, panel.layout[name]] = (np.log(values) if name in scales else values).T
        for effect, values in effects(panel.grid, plan.layout, chain, border):
            if effect.over == "area_step":
                steps = np.diff(values.reshape(panel.grid.shape[0], -1, values.shape[-1]), axis=1)
                values = steps.reshape(-1, values.shape[-1])
            found[:, panel.layout[effect.name]] = values.T
        return found

    return flat
