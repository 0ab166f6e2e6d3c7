"""What the shipped experiments ask stands in three languages, word for word."""

import ast
from pathlib import Path

import pytest

from estimators.rendering.document import Paragraph, Report, Section
from estimators.rendering.translate import untranslated
from estimators.reports.account import said

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*.py"))


@pytest.mark.parametrize(
    "path", [path for path in EXPERIMENTS if path.stem != "mexico_claim_audit"], ids=lambda path: path.stem
)
def test_the_question_of_an_experiment_is_known_in_every_language(path):
    title, paragraphs, command = said(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    assert title
    assert command
    assert untranslated(Report(title, "", (Section(title, tuple(map(Paragraph, paragraphs))),))) == ()
