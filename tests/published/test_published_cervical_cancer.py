"""Whittemore and Gong 1991 (doi:10.2307/2347905), Dvorzak and Wagner 2016: deaths from cervical cancer with a validation sample.

Four countries by four age groups, with interactions; certificates examined again say which part was registered.
Reporting probabilities by a long run of another sampler: Belgium .865 (.763-.940), England .987 (.949-.9998), France .721 (.597-.832),
Italy .821 (.707-.911). There the priors are on contrasts with Belgium, here on each country; hence a tolerance of .01.
"""

import itertools

import numpy as np
import pandas as pd
import pytest

import estimators as est

PUBLISHED = {
    "Belgium": (0.865, 0.763, 0.940),
    "England": (0.987, 0.949, 0.9998),
    "France": (0.721, 0.597, 0.832),
    "Italy": (0.821, 0.707, 0.911),
}
SLOPE = est.Prior("slope", "wide", "normal", (0.0, 5.0**0.5), "variance 5, as in the paper")
LEVEL = est.Prior("incidence level", "anything", "log-normal", (0.0, 5.0), "as good as none")
REPORTING = est.Prior("reporting_probability", "anything", "logit-normal", (1.0, 4.0), "left to the validation sample")


@pytest.fixture(scope="module")
def deaths():
    return est.datasets.load("cervical_deaths")


@pytest.fixture(scope="module")
def evidence(deaths):
    rows = []
    for each in deaths.itertuples():
        about = {"area": f"{each.country} {each.age}", "period": "1970", "source": "Whittemore and Gong 1991"}
        rows.append(about | {"indicator": "victims_identified", "value": each.deaths})
        rows.append(about | {"indicator": "population", "value": each.thousand_woman_years * 1000})
    for each in est.datasets.load("cervical_validation").itertuples():
        about = {"area": each.country, "period": "1970", "source": "Whittemore and Gong 1991"}
        rows.append(about | {"indicator": "audited_cases", "value": each.examined})
        rows.append(about | {"indicator": "audited_cases_reported", "value": each.coded})
    return est.read_evidence(pd.DataFrame(rows))


def model(deaths, **changes):
    """Countries, ages and their interactions on incidence; each country its own reporting probability."""
    areas = {f"{each.country} {each.age}": (each.country, each.age) for each in deaths.itertuples()}
    countries, ages = (list(dict.fromkeys(pair[place] for pair in areas.values()))[1:] for place in (0, 1))
    chosen = [*((c, None) for c in countries), *((None, a) for a in ages), *itertools.product(countries, ages)]
    dummies = [
        est.Covariate.of(
            f"{country or ''} {age or ''}",
            {
                area: float((country is None or country == c) and (age is None or age == a))
                for area, (c, a) in areas.items()
            },
            slope=SLOPE,
        )
        for country, age in chosen
    ]
    units = {area: country for area, (country, _) in areas.items()}
    return est.ValidatedRegression(incidence=dummies, units=units, typical=REPORTING, level=LEVEL, **changes)


@pytest.fixture(scope="module")
def post(deaths, evidence):
    return est.fit(model(deaths), evidence, seed=1, sampling=est.Sampling(draws=1000))


def test_reporting_probabilities(post):
    drawn = post["posterior"]["unit_reporting_probability"]
    for country, (mean, lower, upper) in PUBLISHED.items():
        ours = drawn.sel(unit=country)
        assert float(ours.mean()) == pytest.approx(mean, abs=0.01)
        assert ours.quantile([0.025, 0.975]).values == pytest.approx([lower, upper], abs=0.02)
    assert post.attrs["engine"] == "laplace"
    assert est.convergence(post).status == "publishable"


def test_risks(post):
    # deaths per 1,000 woman-years, by the same run: Belgium 25-34 .0055, England 45-54 .181, France 55-64 .118, Italy 35-44 .0166
    incidence = post["posterior"]["incidence"].mean(("chain", "draw")).isel(period=0) / 100_000 * 1000
    for area, risk in (
        ("Belgium 25-34", 0.0055),
        ("England 45-54", 0.181),
        ("France 55-64", 0.118),
        ("Italy 35-44", 0.0166),
    ):
        assert float(incidence.sel(area=area)) == pytest.approx(risk, rel=0.05)


def test_what_is_elicited_for_a_country_comes_back(deaths):
    elicited = {"Belgium": 0.85, "England": 0.99, "France": 0.70, "Italy": 0.85}
    claims = {
        country: est.Claim(f"{100 * share:g} %", meaning="mean", family="beta", concentration=60.0)
        for country, share in elicited.items()
    }
    informed = model(deaths, unit_priors=claims)
    assert informed.prior_means() == pytest.approx(elicited, abs=1e-12)
    for country, share in elicited.items():
        (prior,) = (row for row in informed.priors() if row.name == f"reporting probability, {country}")
        assert prior.quantile((np.arange(20_000) + 0.5) / 20_000).mean() == pytest.approx(share, abs=1e-4)


@pytest.mark.slow
def test_counts_alone_leave_what_was_elicited(deaths, evidence):
    elicited = {"Belgium": 0.85, "England": 0.95, "France": 0.70, "Italy": 0.85}
    claims = {
        c: est.Claim(f"{100 * p:g} %", meaning="mean", family="beta", concentration=60.0) for c, p in elicited.items()
    }
    unaudited = evidence.where(indicator=["victims_identified", "population"])
    told = est.fit(model(deaths, unit_priors=claims), unaudited, seed=1)["posterior"]["unit_reporting_probability"]
    mean = told.mean(("chain", "draw"))
    assert {country: float(mean.sel(unit=country)) for country in elicited} == pytest.approx(elicited, abs=0.015)


def test_registered_deaths_are_a_floor(post, deaths):
    counts = post["posterior"]["true_count"].min(("chain", "draw")).isel(period=0)
    assert (counts.values >= deaths["deaths"].to_numpy()).all()
    assert np.isfinite(post["posterior"]["true_count"].values).all()
