"""Words in three languages: the tables are whole, every sentence is found, numbers stay what they are, users' words stay as they were."""

import re
from collections import Counter

import pytest

from estimators.errors import ModelError
from estimators.rendering import Banner, Formula, Paragraph, Points, Report, Section, Table
from estimators.rendering.translate import LANGUAGES, numbers_of, said, translated, untranslated
from estimators.rendering.words.catalogue import GLOSSARY, PLACE, catalogue, rows
from estimators.rendering.words.numerals import localised, long_date
from estimators.rendering.words.speaker import speaker

OTHERS = [language for language in LANGUAGES if language != "en"]
every_language = pytest.mark.parametrize("language", OTHERS)
SAMPLES = {"": "MX-{}", "=": "MX-{}", "*": "v1.{}.0", "+": "MX-{}", "#": "7.{}", "@": "2020-0{}-01"}
SENTENCES = list(rows())


def places(text):
    """Numbers of the places that a sentence has, in any order."""
    found = [place["what"] for place in PLACE.finditer(text)]
    return sorted(int(what) if what.isdigit() else at for at, what in enumerate(found, start=1))


def test_every_sentence_has_three_languages_and_the_same_places():
    wrong = []
    for row in SENTENCES:
        said_in = [row[language] for language in LANGUAGES]
        if not all(text.strip() for text in said_in) or len({tuple(places(text)) for text in said_in}) > 1:
            wrong.append(row)
        if any(what in "#=*+@" and what for text in said_in[1:] for what in PLACE.findall(text)):
            wrong.append(row)
        if any(re.sub(PLACE, "", text).count(brace) for text in said_in for brace in "{}"):
            wrong.append(row)
    assert wrong == []


def test_no_sentence_stands_twice():
    begun = Counter(row["en"][:1].lower() + row["en"][1:] for row in SENTENCES)
    twice = [text for text, times in begun.items() if times > 1]
    known = {row["en"][:1].lower() + row["en"][1:]: row for row in SENTENCES}
    assert twice == [], [known[text]["file"] for text in twice]


def test_numbers_inside_sentences_are_the_same_in_three_languages():
    for row in SENTENCES:
        texts = {language: PLACE.sub(" ", row[language]) for language in LANGUAGES}
        found = {language: sorted(numbers_of(text, language)) for language, text in texts.items()}
        assert found["en"] == found["es"] == found["pt"], row


@every_language
def test_every_sentence_is_found_and_each_place_is_filled_with_its_own(language):
    """Red if a wider sentence is found first, if places change their order, or if one is lost."""
    for template in catalogue(language).templates[""] + sum(catalogue(language).templates.values(), ()):
        parts = tuple(SAMPLES[kind].format(place) for place, kind in enumerate(template.kinds, start=1))
        order = iter(parts)
        english = PLACE.sub(lambda _, order=order: next(order), template.english)
        if not any(letter.islower() for letter in PLACE.sub("", template.english)):
            continue  # signs alone
        spoken = speaker(language).say(english)
        wanted = {
            "#": lambda part: localised(part, language),
            "@": lambda part: long_date(part, language),
        }
        filled = tuple(wanted.get(kind, str)(part) for part, kind in zip(parts, template.kinds, strict=True))
        expected = template.filled(filled)
        assert spoken.left == (), english
        assert spoken.text.lower() == expected.lower(), english


def test_the_glossary_defines_the_terms_of_the_field():
    terms = {row["en"]: row for row in SENTENCES if row["file"] == GLOSSARY}
    assert len(terms) >= 40
    assert all(row["definition"] for row in terms.values())
    assert (terms["dark figure"]["es"], terms["under-reporting"]["es"]) == ("cifra negra", "subregistro")
    assert terms["reporting probability"]["pt"] == "probabilidade de notificação"


@pytest.mark.parametrize(
    ("english", "spanish", "portuguese"),
    [
        ("49,000 (13,000 – 190,000)", "49,000 (13,000 – 190,000)", "49.000 (13.000 – 190.000)"),
        ("1 in 1,000 (1 in 7.3 to 1,600)", "1 de cada 1,000 (1 de cada 7.3 a 1,600)", "1 em cada 1.000 (1 em cada 7,3 a 1.600)"),
        ("1 in 50 to 1 in 200", "1 de cada 50 a 1 de cada 200", "1 em cada 50 a 1 em cada 200"),
        ("p < 0.0001", "p < 0.0001", "p < 0,0001"),
        ("< .01", "< 0.01", "< 0,01"),
        ("no figure", "sin cifra", "sem cifra"),
        ("1,171", "1,171", "1.171"),
        ("-0.5 – 0.45", "-0.5 – 0.45", "-0,5 – 0,45"),
        ("1.2e-05", "1.2e-05", "1,2e-05"),
        ("2022", "2022", "2022"),
        ("2022-07-01", "2022-07-01", "2022-07-01"),
        ("2022-H1", "2022-H1", "2022-H1"),
    ],
)  # fmt: skip
def test_printed_numbers(english, spanish, portuguese):
    assert said(english, "es") == spanish
    assert said(english, "pt") == portuguese
    assert numbers_of(english, "en") == numbers_of(spanish, "es") == numbers_of(portuguese, "pt")


@every_language
@pytest.mark.parametrize(
    "text",
    ["Versions: numpy 2.1.3, scipy 1.18, pandas 3.1.1", "Command: darkfigure audit --claim '1 in 1,000' --out a.1.5/b",
     "SHA-256 of the figures (all): 4b66f9b1.72", "Revision: 5d69b733d7eb-1.5"],
)  # fmt: skip
def test_what_is_copied_is_not_touched(text, language):
    rest = text.partition(": ")[2]
    assert said(text, language).endswith(f": {rest}")


@every_language
@pytest.mark.parametrize(
    "text",
    ["How many of the 1,234.5 are there in 12 places?", "A survey of ours, version 1.5 of 2,000", "doi:10.1214/20-BA1221",
     "Institute of 1.234 things", "the hospital's figures; a stock", "made up in 3 of 4.5 weeks"],
)  # fmt: skip
def test_what_a_user_wrote_stays_and_is_told(text, language):
    report = Report(text, "", (Section("Over time", (Paragraph(text),)),))
    found = translated(report, language)
    assert found.report.title == text
    assert found.report.sections[0].blocks[0].text == text
    assert "".join(found.untranslated) == text
    assert found.report.sections[0].heading != "Over time"


def test_sentences_of_a_paragraph_are_said_one_by_one_beside_the_users():
    text = "All areas, 2018. Ours alone, of 2,000. Verdict: in conflict (p = 0.031). Sampler: not publishable."
    found = translated(Report("", "", (Section("", (Paragraph(text),)),)), "pt")
    assert found.report.sections[0].blocks[0].text == (
        "Todas as áreas, 2018. Ours alone, of 2,000. Veredito: em conflito (p = 0,031). Amostrador: não publicável."
    )
    assert found.untranslated == ("Ours alone, of 2,000.",)


def test_large_and_small_first_letters_and_full_stops():
    assert said("the anchors are independent of each other", "es") == "las anclas son independientes entre sí"
    assert said("The anchors are independent of each other.", "es") == "Las anclas son independientes entre sí."


def test_a_ratio_is_no_year_and_a_year_no_ratio():
    assert said("1 in 2,000", "pt") == "1 em cada 2.000"
    assert said("1 in 2022", "pt") == "1 em 2022"
    assert said("60,000 (10,000 – 300,000) in 2015", "pt") == "60.000 (10.000 – 300.000) em 2015"


def test_dates_are_read_back():
    assert long_date("2022-07-01", "es") == "1 de julio de 2022"
    for language in LANGUAGES:
        text = f"x {long_date('2022-07-01', language)}, 1 {'em' if language == 'pt' else 'in'} 5"
        assert numbers_of(text, language) == ("2022-07-01", "1", "5")


def test_every_block_is_said():
    blocks = (
        Banner("unauditable", "The posterior is exact."),
        Points(("The posterior is exact.",)),
        Table(("Verdict", "True count"), (("compatible", "1,171"),), "Priors, each with its reason.", words=True),
        Formula(r"1.5 \times N", "true count"),
    )
    report = Report("Mass events", "no figure", (Section("Refused", blocks),), "not publishable")
    found = translated(report, "pt").report
    assert (found.title, found.subtitle, found.mark) == ("Eventos em massa", "sem cifra", "não publicável")
    banner, points, table, formula = found.sections[0].blocks
    assert banner.verdict == "não auditável"
    assert points.items == ("A distribuição a posteriori é exata.",)
    assert table.columns == ("Veredito", "Contagem verdadeira")
    assert (table.rows, table.words) == ((("compatível", "1.171"),), True)
    assert (formula.latex, formula.spoken) == (r"1.5 \times N", "contagem verdadeira")
    assert translated(report, "en").report is report


def test_a_language_without_a_table_is_refused():
    with pytest.raises(ModelError, match="language: 'fr': expected one of en, es, pt"):
        translated(Report("", "", ()), "fr")


def test_what_is_left_is_told_once_for_both_languages():
    report = Report("Mine", "Refused", (Section("Mine", (Paragraph("Mine too"),)),))
    assert untranslated(report) == ("Mine", "Mine too")


@every_language
def test_the_worst_words_and_long_texts_come_through(language, words, long_word):
    """Red if a pattern goes astray in a text of a user, or if splitting has no end."""
    text = " ".join([words] * 20)
    several = f"{text}. {long_word}: " + "a, b; c: d – e (f) " * 400
    for told in (words, text, long_word, several):
        found = translated(Report(told, "", ()), language)
        assert found.report.title == told


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_title_of_the_user_stays_though_it_sounds_like_ours(language):
    title = "How many are newly exploited in each country of Latin America and year, and who sees them?"
    found = translated(Report(title, "Synthesis of 19 areas and 1 period", ()), language)
    assert found.report.title == title
    assert found.untranslated == (title,)
