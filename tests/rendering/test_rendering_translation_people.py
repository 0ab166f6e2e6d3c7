"""Reports of people met again, of two lists with covariates and of strata: their formulas are there, and nothing of ours is English."""

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.mathtext import MathTextParser

import estimators as est
from estimators.rendering.translate import untranslated
from estimators.rendering.words.speaker import speaker
from estimators.reports.list_formulas import METHODS, of_lists
from estimators.reports.publication import publication

USERS = {"first", "Ours", "gender", "police", "shelter", "police+shelter"}
MODELS = {
    "geometric": est.RepeatedCaptures("geometric"),
    "negative binomial": est.RepeatedCaptures("negative binomial"),
    "zelterman": est.RepeatedCaptures("zelterman"),
    "chao": est.RepeatedCaptures("chao"),
    "normal": est.RepeatedCaptures(covariates=("gender",), interval="normal"),
    "after": est.RepeatedCaptures(one_inflation="after truncation", interval="bootstrap"),
    "before": est.RepeatedCaptures(one_inflation="before truncation"),
    "two lists": est.DoublyRobust(pair=("police", "shelter"), learner="interactions"),
    "drawn": est.ByStratum(est.BayesianLogLinear(covariates=()), by=("sex",)),
    "estimated": est.ByStratum(est.Independence(), by=("sex",)),
}
FITTED = ("zelterman", "chao", "before", "two lists", "estimated")


def people():
    rng = np.random.default_rng(1)
    age = rng.normal(size=400)
    on = rng.random((400, 2)) < 1 / (1 + np.exp(-np.column_stack([age, 0.5 - age])))
    return est.read_lists(pd.DataFrame(on.astype(int), columns=["police", "shelter"]).assign(age=age)[on.any(axis=1)])


def strata():
    one = {"police": [1, 0, 1], "shelter": [0, 1, 1], "n": [160, 90, 90]}
    return est.read_lists(pd.concat([pd.DataFrame(one).assign(sex=sex) for sex in ("f", "m")]))


def captures():
    if hasattr(est, "read_captures"):
        return est.read_captures(pd.DataFrame({"captures": [1, 2, 3, 4, 5], "count": [170, 31, 14, 6, 2]}))
    return est.datasets.captures()


@pytest.fixture(scope="module")
def written():
    """The reports, by the name of the model."""
    evidence = {"two lists": people, "estimated": strata}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        posts = {name: est.fit(MODELS[name], evidence.get(name, captures)(), seed=1) for name in FITTED}
        return {name: publication(post, about="first\n\nOurs.") for name, post in posts.items()}


def left(text, language):
    return {each.strip(" .") for each in speaker(language).say(text).left} - USERS


@pytest.mark.parametrize("name", FITTED)
def test_nothing_of_ours_stays_english(written, name):
    assert {text.strip(" .") for text in untranslated(written[name])} <= USERS


@pytest.mark.parametrize("language", ["es", "pt"])
@pytest.mark.parametrize("name", MODELS)
def test_what_a_method_says_of_itself_is_known(name, language):
    for text in (*MODELS[name].assumptions(), repr(MODELS[name]).partition(" Priors: ")[0]):
        assert not left(text, language), text


def parts():
    for model in MODELS.values():
        yield of_lists(type(model).__name__, repr(model))
    for method in METHODS:
        yield of_lists("ByStratum", f"In each: {method}.")


def test_every_form_of_a_formula_is_drawn_and_said():
    parser = MathTextParser("path")
    for part in parts():
        for formula in part.formulas:
            assert parser.parse(f"${formula.latex}$").width > 0
        for text in (
            *(formula.spoken for formula in part.formulas),
            *part.words,
            *(meaning for _, meaning in part.symbols),
        ):
            for language in ("es", "pt"):
                assert not left(text, language), text


def test_methods_of_the_rarely_met_have_formulas_of_their_own():
    forms = {
        name: of_lists("RepeatedCaptures", repr(MODELS[name])).formulas
        for name in ("zelterman", "chao", "after", "before", "normal")
    }
    assert len(set(forms.values())) == len(forms)
    assert forms["chao"][-1].latex.startswith(r"\hat{N} = n + ")
    assert all(r"\omega" in forms[name][0].latex for name in ("after", "before"))
