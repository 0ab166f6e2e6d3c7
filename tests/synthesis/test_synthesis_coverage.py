"""Coverage of contrasts between areas: panels drawn from the prior, fitted under the same prior. A long run."""

import warnings

import numpy as np
import pytest

import estimators as est
from estimators.sampling import Sampler
from estimators.synthesis.geometry import find_geometry, start
from estimators.synthesis.graph import build
from estimators.synthesis.operations import NUMPY
from estimators.synthesis.outcome import known_values

AREAS, YEARS = tuple("ABCDEFGHIJKL"), tuple(str(2015 + place) for place in range(6))
PANELS, MISSING = 200, 0.3
SAMPLING = est.Sampling(draws=400, tune=300, chains=2, target_accept=0.9)


def prior(name, family, first, second):
    return est.Prior(name, "known well, so that no panel is absurd", family, (float(first), float(second)), "test")


def model():
    """The default model with levels that are known within a factor of two or so."""
    return est.Synthesis(
        est.Incidence(level=prior("incidence level", "log-normal", np.log(40), 0.5)),
        (
            est.IdentifiedVictims(reporting=prior("reporting level", "logit-normal", np.log(0.05 / 0.95), 0.5)),
            est.JusticeFunnel(),
            est.Hotline(level=prior("hotline level", "log-normal", np.log(0.02), 0.5)),
        ),
    )


def design(evidence_of):
    """Twelve areas and six years; a fixed 30 % of the cells of each kind of figure are missing, and no area has both hotline series."""
    rng = np.random.default_rng(20_260)
    figures = []
    for indicator in (
        "victims_identified",
        "investigations_opened",
        "persons_prosecuted",
        "persons_convicted",
        "hotline",
    ):
        for place, area in enumerate(AREAS):
            for year in YEARS:
                kind = indicator if indicator != "hotline" else ("hotline_cases", "hotline_reports")[place % 2]
                if rng.random() >= MISSING:
                    figures.append((area, year, kind, 1))
    return model().figures(evidence_of(figures, areas=AREAS, periods=YEARS, population=1_000_000))


def log_incidence(panel, known):
    """Mean over the years of the log incidence of each area, (draws, areas)."""
    log_flow = panel.world(known, NUMPY)["log_flow"] - panel.grid.log_exposure
    return log_flow.reshape(-1, *panel.grid.shape)[:, :, 0].mean(axis=2)


def contrasts(values):
    """Every difference between two areas, (draws, pairs)."""
    first, second = np.triu_indices(values.shape[1], 1)
    return values[:, first] - values[:, second]


def intervals(panels, evidence_of):
    """Of each panel: which contrasts the 95 % interval covers, the share of draws below the truth, and divergences."""
    panel, rng = design(evidence_of), np.random.default_rng(7)
    typical = {key: counts[0] for key, counts in panel.simulate(start(panel)[0][None], rng).items()}
    # one rotation for all panels: any is right, and this one is quick in most of them
    sampler = Sampler(build(panel, find_geometry(panel.with_counts(typical)), refit=True))
    inside, below, divergences = [], [], []
    for number in range(panels):
        vector = panel.draw_prior(1, rng)
        drawn = {key: counts[0] for key, counts in panel.simulate(vector, rng).items()}
        data = {f"figures {stream}: {term}": counts for (stream, term), counts in drawn.items() if len(counts)}
        posterior, statistics = sampler.sample(SAMPLING, number, data)
        divergences.append(int(statistics["diverging"].sum()))
        found = contrasts(log_incidence(panel, known_values(posterior, panel)))
        truth = contrasts(log_incidence(panel, panel.unpack(vector)))[0]
        low, high = np.quantile(found, [0.025, 0.975], axis=0)
        inside.append((low <= truth) & (truth <= high))
        below.append((found < truth).mean(axis=0))
    return np.array(inside), np.array(below), np.array(divergences)


@pytest.mark.slow
def test_intervals_of_contrasts_between_areas_cover_what_they_say(evidence_of):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", est.ConvergenceWarning)
        inside, below, divergences = intervals(PANELS, evidence_of)
    coverage, error = inside.mean(), inside.mean(axis=1).std() / np.sqrt(PANELS)
    told = (
        f"coverage {coverage:.4f}, standard error {error:.4f}, median {np.median(divergences)} divergences of 800 draws"
    )
    assert 0.93 <= coverage <= 0.97, told
    # the mean of the ranks of one contrast a panel, which are independent
    assert abs(below[:, 0].mean() - 0.5) < 4 * np.sqrt(1 / 12 / PANELS), told
    assert np.median(divergences) <= 8, told  # few, though the run is short and one rotation serves all panels
