"""The sampler of latent classes agrees with closed forms, enumeration and its own prior."""

import itertools

import numpy as np
import pytest
from scipy import special, stats

from estimators.numeric import latent_class as lc
from estimators.numeric import latent_moves, latent_sampling, patterns

ON = patterns.on_lists(3).astype(float)
TABLE = np.array([0, 30, 25, 6, 20, 5, 4, 2])


def model_of(table, classes, shape=0.25, rate=0.25):
    return lc.Model(ON, np.atleast_2d(table).astype(np.int64), classes, shape, rate)


def drawn(model, chains, sweeps, seed, steps=True):
    rng = np.random.default_rng(seed)
    state = lc.starts(model, chains, rng)
    archive = latent_sampling.warmed(model, state, model.counts, 200, rng)
    out = np.empty((chains, sweeps))
    for sweep in range(sweeps):
        out[:, sweep], _ = lc.sweep(model, state, rng)
        if steps:
            latent_moves.steps(model, state, archive, 4, rng)
    return out


@pytest.mark.parametrize("steps", [True, False])
def test_one_class_has_a_closed_form(steps):
    """p(N | table) ∝ (N - 1)! / (N - n)! ∏_j B(1 + n_j, 1 + N - n_j)."""
    observed, sizes = TABLE.sum(), TABLE @ ON
    count = np.arange(observed, 20_000.0)
    log = special.gammaln(count) - special.gammaln(count - observed + 1)
    log += special.betaln(1 + sizes[:, None], 1 + count - sizes[:, None]).sum(axis=0)
    mass = np.exp(log - log.max())
    exact = count[np.searchsorted(np.cumsum(mass) / mass.sum(), [0.1, 0.25, 0.5, 0.75, 0.9])]
    found = drawn(model_of(TABLE, 1), 64, 600, 1, steps=steps)
    if steps:  # with the ladders, and the whole of a run
        run = latent_sampling.run(model_of(TABLE, 1), 16, 100, 1000, ON, np.random.default_rng(1))
        found = np.concatenate([found.ravel(), run.true_count.ravel()])
        assert np.quantile(run.true_count, 0.5) == pytest.approx(exact[2], rel=0.02)
        assert run.fitted.sum() == pytest.approx(run.true_count.mean(), rel=0.05)
    share = [(found <= q).mean() for q in exact]
    assert share == pytest.approx([0.1, 0.25, 0.5, 0.75, 0.9], abs=0.025)


def enumerated(table, shape, rate, most=120):
    """p(N | table) for two classes: the sum over who is of which class, with shares, probabilities and concentration integrated out."""
    log_alpha = np.linspace(-25.0, 5.0, 41)
    alpha = np.exp(log_alpha)
    weight = stats.gamma.logpdf(alpha, shape, scale=1 / rate) + log_alpha
    weight -= special.logsumexp(weight)
    hidden = np.arange(most + 1.0)
    one, other = np.meshgrid(hidden, hidden, indexing="ij")
    sums = one + other
    total = np.full(int(2 * most + 1), -np.inf)
    for held in itertools.product(*(range(n + 1) for n in table[1:])):
        first, second = np.array([0, *held]), table - np.array([0, *held])
        m, k = first.sum() + one, second.sum() + other
        broken = special.logsumexp(
            weight[:, None, None] + log_alpha[:, None, None] + special.betaln(1 + m, alpha[:, None, None] + k), axis=0
        )
        log = special.gammaln(table.sum() + sums) - special.gammaln(one + 1) - special.gammaln(other + 1) + broken
        log -= special.gammaln(first + 1).sum() + special.gammaln(second + 1).sum()
        for size, on in ((m, first @ ON), (k, second @ ON)):
            for listed in on:
                log = log + special.betaln(1 + listed, 1 + size - listed)
        np.logaddexp.at(total, sums.astype(int), log)
    mass = np.exp(total - total.max())[: most + 1]
    return np.cumsum(mass) / mass.sum()


def test_two_classes_by_enumeration():
    table = np.array([0, 2, 1, 0, 1, 0, 0, 1])
    function = enumerated(table, 1.0, 1.0)
    laddered = latent_sampling.run(model_of(table, 2, 1.0, 1.0), 64, 100, 700, ON[:0], np.random.default_rng(2))
    assert laddered.exchanged > 0.1
    for found in (drawn(model_of(table, 2, 1.0, 1.0), 128, 500, 2), laddered.true_count):
        hidden = found[found <= 120 + table.sum()] - table.sum()
        levels = [np.searchsorted(function, p) for p in (0.1, 0.25, 0.5, 0.75, 0.9)]
        assert [(hidden <= u).mean() for u in levels] == pytest.approx([function[u] for u in levels], abs=0.02)


def simulated(model, state, people, rng):
    """A table of so many people given shares and probabilities: their true number says nothing of either, under π(N) ∝ 1/N."""
    joint, _ = lc.of_patterns(model, state.log_share, state.log_odds)
    p = joint.sum(axis=1)[:, 1:]
    return np.column_stack([np.zeros(len(p), int), rng.multinomial(people, p / p.sum(axis=1, keepdims=True))])


@pytest.mark.parametrize("steps", [0, 8])
def test_the_prior_stays_the_prior(steps):
    """Draw from the prior, simulate a table, sweep: parameters still have the law of the prior (Geweke 2004)."""
    rng, classes = np.random.default_rng(3), 4
    empty = model_of(TABLE, classes, 2.0, 2.0)
    state = lc.from_prior(empty, 3000, rng)
    archive = latent_moves.snapshot(lc.from_prior(empty, 500, rng), 2)[None]
    for _ in range(12):
        model = model_of(simulated(empty, state, 15, rng), classes, 2.0, 2.0)
        lc.sweep(model, state, rng)
        if steps:
            latent_moves.steps(model, state, archive, steps, rng)
    fresh = lc.from_prior(empty, 3000, rng)
    for name, of in {
        "alpha": lambda s: s.alpha,
        "first": lambda s: s.log_share[:, 0],
        "last": lambda s: s.log_share[:, -1],
        "largest": lambda s: s.log_share.max(axis=1),
        "odds": lambda s: s.log_odds[:, 0, 0],
        "odds of the last": lambda s: s.log_odds[:, 3, 1],
        "odds of the largest": lambda s: s.log_odds[np.arange(3000), s.log_share.argmax(axis=1), 2],
    }.items():
        assert stats.ks_2samp(of(state), of(fresh)).pvalue > 1e-3, name


@pytest.mark.slow
def test_calibrated_by_simulation():
    """Ranks of true parameters among draws are uniform (Talts et al. 2018), 400 tables at once as 400 chains."""
    rng, tables = np.random.default_rng(4), 400
    empty = model_of(TABLE, 3, 2.0, 2.0)
    truth = lc.from_prior(empty, tables, rng)
    model = model_of(simulated(empty, truth, 60, rng), 3, 2.0, 2.0)
    seen = -(np.exp(truth.log_share) * np.expm1(-np.log1p(np.exp(truth.log_odds)).sum(axis=-1))).sum(axis=1)
    state = lc.starts(model, tables, rng)
    archive = latent_sampling.warmed(model, state, model.counts[:1] * 0 + 1, 400, rng)
    below, kept = np.zeros(tables), 0
    for sweep in range(3000):
        lc.sweep(model, state, rng)
        latent_moves.steps(model, state, archive, 4, rng)
        if sweep % 30 == 0:
            now = -(np.exp(state.log_share) * np.expm1(-np.log1p(np.exp(state.log_odds)).sum(axis=-1))).sum(axis=1)
            below += now < seen
            kept += 1
    counts, _ = np.histogram(below, bins=np.linspace(-0.5, kept + 0.5, 11))
    assert stats.chisquare(counts, tables * np.diff(np.linspace(0, 1, 11))).pvalue > 1e-3


@pytest.mark.parametrize("scale", [1, 10**8])
def test_extremes_are_finite(scale):
    for table in ([0, 1, 1, 0, 0, 0, 0, 1], [0, 5, 4, 0, 3, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 9]):
        found = drawn(model_of(np.array(table) * scale, 5), 8, 40, 5)
        assert np.isfinite(found).all()
        assert (found >= sum(table) * scale).all()
