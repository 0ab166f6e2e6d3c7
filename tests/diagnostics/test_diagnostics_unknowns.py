"""Where figures pull an unknown to where its prior hardly reaches."""

import numpy as np
import pytest
import xarray as xr

import estimators as est

Z = 1.6448536269514722


def tree(levels):
    """Unknowns whose posterior medians are given, under priors of three families."""
    rows = {
        "log_rate": ("log-normal(mean = 0, sd = 1)", np.exp([-Z, 0.0, Z])),
        "logit_share": ("logit-normal(mean = 0, sd = 1)", 1 / (1 + np.exp([Z, 0.0, -Z]))),
        "walk_sd": ("half-normal(0, 1)", [0.063, 0.674, 1.96]),
    }
    priors = {
        "quantity": list(rows),
        "formula": [formula for formula, _ in rows.values()],
        **{name: [limits[at] for _, limits in rows.values()] for at, name in enumerate(("q05", "median", "q95"))},
    }
    spread = 0.1 * np.linspace(-1.0, 1.0, 101)[None, :]
    draws = {name: (("chain", "draw"), level + spread) for name, level in zip(rows, levels, strict=True)}
    groups = {"priors": xr.Dataset({name: ("prior_row", values) for name, values in priors.items()})}
    return xr.DataTree.from_dict(groups | {"posterior": xr.Dataset(draws)})


def test_an_unknown_outside_the_interval_of_its_prior_is_named_on_its_own_scale():
    found = est.prior_data_conflict(tree([1.7, -1.7, 0.5]))
    assert found.status == "2 of 3 unknowns"
    assert found.table["outside"].tolist() == [True, True, False]
    assert f"“rate” {np.exp(1.7):.1f} (prior 0.19 – 5.2); “share” 0.15 (prior 0.16 – 0.84)." in found.text
    assert "log" not in found.text


@pytest.mark.parametrize("levels", [(1.6, -1.6, 1.9), (-1.6, 1.6, 0.07), (0.0, 0.0, 0.5)])
def test_just_inside_is_no_conflict(levels):
    found = est.prior_data_conflict(tree(levels))
    assert found.status == "no conflict found"
    assert not found.table["outside"].any()


def test_widths_are_taken_where_the_prior_is_normal():
    widths = est.prior_data_conflict(tree([3.0, 0.0, 1.0])).table["width"]
    assert widths[:2].to_numpy() == pytest.approx(0.18 / (2 * Z))
    assert widths[2] == pytest.approx(0.18 / (1.96 - 0.063))


def test_of_an_unknown_that_figures_fix_one_prior_draw_in_ten_is_named():
    """Truth drawn from the prior, known exactly: the rate that the docstring states."""
    rng = np.random.default_rng(1)
    truths = rng.standard_normal((500, 2))
    named = sum(int(est.prior_data_conflict(tree([a, b, 0.5])).table["outside"].sum()) for a, b in truths)
    assert 0.07 < named / 1000 < 0.13


def test_what_has_no_unknowns_by_name_is_not_said_to_agree():
    bounds = est.fit(est.Bounds(0.005, 0.02), est.single_figure(100), seed=1)
    assert est.prior_data_conflict(bounds).status == "cannot be compared"
