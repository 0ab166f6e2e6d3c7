"""What people write about shares, and what they must not get away with."""

import pytest

from estimators.errors import DataError
from estimators.priors.phrases import reported_shares

GOOD = [
    ("1 in 100", (0.01,)),
    ("one in 100", (0.01,)),
    ("1 of 100", (0.01,)),
    ("1 out of 100", (0.01,)),
    ("1/100", (0.01,)),
    ("1 in 1,000", (0.001,)),
    ("1 in 1,000,000", (1e-6,)),
    ("3 in 4", (0.75,)),
    ("2.5 in 100", (0.025,)),
    ("uno de cada 100", (0.01,)),
    ("1 in every 100", (0.01,)),
    ("4 %", (0.04,)),
    ("4%", (0.04,)),
    ("0.5 percent", (0.005,)),
    ("0,5 %", (0.005,)),
    ("0.01", (0.01,)),
    (".5 %".replace(".", "0."), (0.005,)),
    ("4 % reported", (0.04,)),
    ("4 % of the cases are reported", (0.04,)),
    ("only 1 in 100 cases is reported", (0.01,)),
    ("96 % hidden", (0.04,)),
    ("96 % unreported", (0.04,)),
    ("99 % of cases not reported", (0.01,)),
    ("cifra negra 96 %", (0.04,)),
    ("96 % dark figure", (0.04,)),
    ("24 in 25 hidden", (0.04,)),
    ("1 in 50 to 1 in 200", (0.005, 0.02)),
    ("1 in 200 to 1 in 50", (0.005, 0.02)),
    ("1 in 200 – 1 in 50", (0.005, 0.02)),
    ("1 % to 2 %", (0.01, 0.02)),
    ("1 to 2 %", (0.01, 0.02)),
    ("1-2 %", (0.01, 0.02)),
    ("1 %–2 %", (0.01, 0.02)),
    ("between 1 % and 2 %", (0.01, 0.02)),
    ("from 1 % to 2 %", (0.01, 0.02)),
    ("92 % to 96 % hidden", (0.04, 0.08)),
    ("0.005 to 0.02", (0.005, 0.02)),
    ("1\u00a0in\u00a0100", (0.01,)),
    ("  1   IN 100 ", (0.01,)),
]
BAD = [
    "",
    "few",
    "100 in 1",
    "1 in 1",
    "0 %",
    "100 %",
    "100 % hidden",
    "0 in 100",
    "1 in 0",
    "120 %",
    "-1 %",
    "4",
    "1 in",
    "in 100",
    "1 in 50 to 1 in 100 to 1 in 200",
    "1 % to 1 %",
    "1 in 100 perhaps",
    "1,00,0 in 7",
    "1.2.3 %",
    "nan",
    "inf",
    "1e-3",
]


@pytest.mark.parametrize(("statement", "shares"), GOOD)
def test_understood(statement, shares):
    assert reported_shares(statement) == pytest.approx(shares, rel=1e-12)


@pytest.mark.parametrize("statement", BAD)
def test_refused_with_the_words_quoted(statement):
    with pytest.raises(DataError) as refusal:
        reported_shares(statement)
    assert refusal.value.problems[0].value == statement
    assert refusal.value.problems[0].expected


@pytest.mark.parametrize("statement", ["1 in 100", "4 %", "0.2"])
def test_saying_hidden_gives_the_complement(statement):
    (said,), (hidden,) = reported_shares(statement), reported_shares(statement + " hidden")
    assert said + hidden == pytest.approx(1.0)
