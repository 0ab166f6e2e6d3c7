"""The page: text stays text, every exhibit has its number, words and mark, colours can be read, nothing is fetched."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from estimators.rendering import Report, Section, Table, render_html

SKIPPED = ("style", "svg", "title")
VOID = {"meta"}
COLOUR = re.compile(r"--(\w+): (#[0-9a-f]{6});")


class Page(HTMLParser):
    """Elements in order, the text of each, and whether every element was closed; drawings are passed over."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.stack, self.scripts = [], [], 0
        self.feed(text)
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        if tag not in VOID:
            element = {"tag": tag, "text": "", "inside": [each["tag"] for each in self.stack], **dict(attrs)}
            self.elements.append(element)
            self.stack.append(element)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.stack.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self.stack:
            element["text"] += data

    def all(self, tag):
        return [each for each in self.elements if each["tag"] == tag and "svg" not in each["inside"]]


@pytest.fixture(scope="module")
def source(nasty):
    return render_html(nasty)


@pytest.fixture(scope="module")
def page(source):
    return Page(source)


def test_user_text_stays_text_everywhere(page, words):
    for tag in ("title", "h1", "li", "figcaption", "caption", "td", "th"):
        assert any(each["text"] == words for each in page.all(tag)), tag
    assert any(each["text"] == words for each in page.all("p"))
    assert page.scripts == 0
    assert not [key for each in page.elements for key in each if key.startswith("on")]


def test_every_table_and_figure_has_number_caption_mark_and_words(page, words):
    numbers = [each["text"] for each in page.all("p") if each.get("class") == "number"]
    assert numbers == [f"{label} not publishable" for label in
                       ("Table 1", "Figure 1", "Table 2", "Table 3", "Table 4", "Table 5", "Figure 2")]  # fmt: skip
    assert [each["text"] for each in page.all("caption")] == ["First.", words, "Empty.", "Wide.", "Words."]
    assert [each["text"] for each in page.all("figcaption")] == [words, "Two."]
    heads = [each for each in page.all("th") if "mark" in each.get("class", "")]
    assert [int(each["colspan"]) for each in heads] == [2, 3, 2, 12, 2]
    drawn = [each["aria-label"] for each in page.elements if each.get("role") == "img"]
    assert drawn == [f"Alternative: {words}", f"spoken {words}", "Second."]
    assert len([each for each in page.elements if each.get("id", "").endswith("-mark")]) == 2


def test_a_publishable_report_has_no_mark():
    page = Page(render_html(Report("T", "", (Section("", (Table(("a",), (("b",),), "C."),)),))))
    assert [each["text"] for each in page.all("p")] == ["Table 1"]
    assert not [each for each in page.elements if "mark" in (each.get("class") or "").split()]


def test_cells_are_where_they_belong(page):
    assert len(page.all("tr")) == 5 + 5 + 1 + 300 + 0 + 1 + 1
    right = [each for each in page.all("td") if "left" not in (each.get("class") or "")]
    assert any(each["text"] == "1,171" for each in right)
    assert all(re.match(r"[\d,]+", each["text"]) for each in right)
    assert {each["scope"] for each in page.all("th")} == {"row", "col", "colgroup"}


def test_the_way_through_the_page(page, words):
    ids = [each["id"] for each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    links = page.all("a")
    assert links[0]["href"] == links[1]["href"]
    assert links[0]["text"] == "Skip to the text"
    assert [each["text"] for each in links[1:]] == [words, "Long", "Empty", "Wide", "Formula", "Words"]
    assert all(each["href"][1:] in ids for each in links)
    targets = {each["id"]: each for each in page.all("section")}
    assert all(targets[each["href"][1:]]["text"].strip().startswith(each["text"]) for each in links[1:])


def test_drawings_refer_to_themselves_alone(page):
    ids = {each["id"] for each in page.elements if "id" in each}
    for each in page.elements:
        for value in map(str, each.values()):
            assert all(name in ids for name in re.findall(r"url\(#([^)]+)\)", value))
        if "xlink:href" in each:
            assert each["xlink:href"][1:] in ids


@pytest.mark.parametrize(("language", "words"), [("en", "Contents"), ("es", "Contenido"), ("pt", "Conteúdo")])
def test_the_page_says_its_language(nasty, language, words):
    page = Page(render_html(nasty, language))
    assert page.all("html")[0]["lang"] == language
    assert page.all("h2")[0]["text"] == words


def test_nothing_is_fetched(source):
    assert not re.findall(
        r"""(?:src|href)=["']?(?![#"'])|@import|url\((?!#)""",
        re.sub(r"&[a-z]+;|&#\d+;", "", source).replace("xlink:", ""),
    )


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_it_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)


def test_all_letters_can_be_read_on_all_grounds():
    style = files("estimators.rendering").joinpath("page.html").read_text(encoding="utf-8")
    named = dict(COLOUR.findall(style))
    letters = set(re.findall(r"(?<![\w-])color: var\(--(\w+)\)", style))
    grounds = set(re.findall(r"background: var\(--(\w+)\)", style))
    assert letters == {"ink", "soft", "mark", "link"}
    assert grounds == {"paper", "wash"}
    assert all(contrast(named[letter], named[ground]) >= 4.5 for letter in letters for ground in grounds)
    assert len(re.findall("#[0-9a-f]{3,6}", style)) == len(named), "every colour has a name"
    printed = files("estimators.rendering").joinpath("page.typ").read_text(encoding="utf-8")
    assert set(re.findall(r'rgb\("(#\w+)"\)', printed)) <= set(named.values())
