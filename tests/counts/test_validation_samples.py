"""Validation samples of a regression: two figures that belong together, exact, or one refusal that says which is lacking."""

import pandas as pd
import pytest

import estimators as est

AREAS = ("north", "south")


def evidence(*samples):
    cells = (("victims_identified", 40), ("population", 200_000))
    rows = [(area, "2020", name, value) for area in AREAS for name, value in cells]
    return est.read_evidence(
        pd.DataFrame([*rows, *samples], columns=["area", "period", "indicator", "value"]).astype({"value": str})
    )


def read(*samples):
    model = est.ValidatedRegression(units={area: area for area in AREAS})
    return model.figures(evidence(*samples))


def test_samples_of_several_periods_add_up_and_units_without_one_have_none():
    found = read(
        ("north", "2019", "audited_cases", 20),
        ("north", "2019", "audited_cases_reported", 0),
        ("north", "2020", "audited_cases", 10),
        ("north", "2020", "audited_cases_reported", 4),
    )
    assert found["unit"].values.tolist() == list(AREAS)
    assert found["audited"].values.tolist() == [30.0, 0.0]
    assert found["audited_reported"].values.tolist() == [4.0, 0.0]
    assert read()["audited"].values.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([("north", "2020", "audited_cases", 60)], "audited_cases alone': expected audited_cases_reported of the same"),
        ([("north", "2020", "audited_cases_reported", 60)], "expected audited_cases of the same"),
        (
            [("north", "2019", "audited_cases", 60), ("north", "2020", "audited_cases_reported", 30)],
            "area north, period 2019: audited_cases alone",
        ),
        (
            [("north", "2020", "audited_cases", "<60"), ("north", "2020", "audited_cases_reported", 5)],
            "0 to 59': expected an exact count for a validation sample",
        ),
    ],
)
def test_a_sample_of_which_one_figure_is_unknown_is_not_read_as_none_reported(samples, said):
    with pytest.raises(est.DataError) as caught:
        read(*samples)
    assert said in str(caught.value)
