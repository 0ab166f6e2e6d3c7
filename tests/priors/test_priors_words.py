"""What default priors say in words is what they say in numbers: ranges hold with 90 % unless they say 95, "up to" with 95 %."""

import importlib
import pkgutil
import re

import numpy as np
import pytest
from scipy.special import expit

import estimators as est
from estimators import counts, synthesis

RANGE = re.compile(r"(\d[\d.,]*)( %)? (?:to|less to) (\d[\d.,]*)( %)?")
UP_TO = re.compile(r"up to (?:a factor )?(\d[\d.]*)( %)?")
SPOKEN_OTHERWISE = {"channel substitution", "evenness of classification"}  # a power; a concentration as an sd
LOGITS = {"publication"}


def stated():
    """Every prior that a module of these rooms states."""
    for room in (counts, synthesis):
        for found in pkgutil.iter_modules(room.__path__):
            module = importlib.import_module(f"{room.__name__}.{found.name}")
            for name, value in vars(module).items():
                if isinstance(value, est.Prior) and value.name not in SPOKEN_OTHERWISE:
                    yield pytest.param(value, id=f"{found.name}.{name}")


def close(shown, exact):
    """As printed: to half a unit of its last digit, or to 6 %."""
    text = shown.replace(",", "").rstrip(".")
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    return abs(float(text) - exact) <= max(0.06 * abs(exact), half)


@pytest.mark.parametrize("prior", list(stated()))
def test_words_are_the_numbers(prior):
    if (found := RANGE.search(prior.description)) is not None:
        tail = 0.025 if "95 %" in prior.description[found.end() :] else 0.05
        low, high = prior.quantile([tail, 1.0 - tail])
        if prior.family == "normal":
            low, high = expit([low, high]) if prior.name in LOGITS else np.exp([low, high])
        shown = found[1], found[3]
        if "coefficient of variation" in prior.description:
            low, high = 1.0 / np.sqrt([high, low])
        elif "% less to" in prior.description:
            low, high = 100.0 * (1.0 - low), 100.0 * (high - 1.0)
        elif found[4]:
            low, high = 100.0 * low, 100.0 * high
        assert close(shown[0], low), f"{prior.description}: {low:.3g}"
        assert close(shown[1], high), f"{prior.description}: {high:.3g}"
    elif (found := UP_TO.search(prior.description)) is not None:
        two = np.sqrt(2.0) if "two strata" in prior.description else 1.0
        most = 1.959964 * prior.parameters[1] * two
        plain = "sd of the index" in prior.description
        exact = most if plain else 100.0 * np.expm1(most) if found[2] else np.exp(most)
        assert close(found[1], exact), f"{prior.description}: {exact:.3g}"


def test_most_priors_say_numbers():
    told = [bool(RANGE.search(p.values[0].description) or UP_TO.search(p.values[0].description)) for p in stated()]
    assert len(told) > 50
    assert np.mean(told) > 0.9
