"""The site: every page has its place, code cells are the blocks of the pages, and nothing is fetched from a network."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^(?:[^:<\n].*<(.+)>|([^:<\n]\S*))$", flags=re.MULTILINE)
STUB = ast.parse((ROOT / "estimators" / "__init__.pyi").read_text(encoding="utf-8"))
NAMES = {alias.name for node in STUB.body if isinstance(node, ast.ImportFrom) for alias in node.names}


@pytest.fixture(scope="module")
def site():
    pytest.importorskip("sphinx")
    spec = importlib.util.spec_from_file_location("site_pages", DOCS / "site_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_toctrees(page):
    for tree in TOCTREE.finditer(page.read_text(encoding="utf-8")):
        for titled, plain in ENTRY.findall(tree.group(1)):
            yield (page.parent / f"{titled or plain}.md").resolve()


def test_every_page_stands_in_one_toctree():
    listed = [target for page in PAGES for target in in_toctrees(page)]
    assert sorted([DOCS / "index.md", *listed]) == PAGES


def test_reference_has_every_public_name():
    told = " ".join(path.read_text(encoding="utf-8") for path in (DOCS / "api").glob("*.md"))
    listed = {name for line in re.findall(r"^api (.+)$", told, flags=re.MULTILINE) for name in line.split()}
    assert {name.partition(".")[0] for name in listed} >= NAMES
    table = (DOCS / "api.md").read_text(encoding="utf-8")
    assert not [name for name in listed if f"`{name}`" not in table]


@pytest.mark.parametrize("page", sorted((DOCS / "experiments").glob("*.md")), ids=lambda page: page.stem)
def test_pages_of_experiments_show_their_models(page):
    experiment = ROOT / "experiments" / f"{page.stem}.py"
    lines = [
        line for line in experiment.read_text(encoding="utf-8").splitlines() if re.match(r"(?!OUT )[A-Z_]+ = ", line)
    ]
    assert not [line for line in lines if line not in page.read_text(encoding="utf-8")]
    seeds = re.findall(r"seed: int = (\d+)", experiment.read_text(encoding="utf-8"))
    told = page.read_text(encoding="utf-8")
    assert seeds[0] in told


def test_there_is_a_page_for_each_experiment():
    assert {path.stem for path in (DOCS / "experiments").glob("*.md")} == {
        path.stem for path in (ROOT / "experiments").glob("*.py")
    }


def test_python_blocks_are_the_cells(site):
    text = "# A\n\n```python\nx = 1\n```\n\nwords\n\n```sh\nls\n```\n\n```python\nx\n```\n"
    found = site.notebook(text)
    assert [cell.source for cell in found.cells if cell.cell_type == "code"][1:] == ["x = 1", "x"]
    assert found.metadata["source_map"] == [0, 0, 3, 5, 13]
    assert site.notebook("# A\n\nwords\n").metadata["mystnb"] == {"execution_mode": "off"}


def test_what_only_the_site_shows_is_shown_and_links_lead_to_its_pages(site):
    page = DOCS / "estimators" / "x.md"
    text = "[a](../../ARCHITECTURE.md#rooms) [b](https://c.d/e.md)\n<!-- site\nhere\n-->\n"
    assert site.prepare(text, page) == "[a](../architecture.md#rooms) [b](https://c.d/e.md)\nhere\n"
    about = site.prepare("<!-- site\ninclude ../README.md\n-->\n", DOCS / "about.md")
    assert "(identification.md)" in about
    assert "(docs/" not in about
    assert not about.startswith("# ")


def test_docstrings_are_made_readable(site):
    lines = ["Words.", "", "| a | b |", "|---|---|", "| 1 | 2 |", "", "More."]
    site.docstring(None, "", "", None, None, lines)
    rows = ["   * - a", "     - b", "   * - 1", "     - 2"]
    assert lines == ["Words.", "", "", ".. list-table::", "   :header-rows: 1", "", *rows, "", "", "More."]
    lines = ["A 2003. One. doi:10.1007/b97478", "B 1936. Two (doi:10.1/x(97)3-6)."]
    site.docstring(None, "", "", None, None, lines)
    assert lines[:2] == ["A 2003. One. `doi:10.1007/b97478 <https://doi.org/10.1007/b97478>`__", ""]
    assert "<https://doi.org/10.1/x%2897%293-6>" in lines[2]


def test_formulas_are_mathml(site):
    text = site.mathml(r"\mathrm{E}\log\rho \sim \mathrm{Normal}(m, s)", "inline")
    assert text.startswith("<math")
    assert '<mi mathvariant="normal">E</mi><mspace' in text
    assert "<mo>&#x0223C;</mo>" in text
    assert "mspace" not in site.mathml("m_k + s_k^2 + \\mathrm{E}_k", "inline")
    assert '<mi mathvariant="normal">Normal</mi><mo' in text


def test_what_a_browser_would_fetch_is_found(site):
    for wrong in (
        '<script src="https://cdn.x/y.js">',
        '<link rel="stylesheet" href="//cdn.x/y.css">',
        "@import url(https://x/y.css);",
        "src: url('http://x/y.woff2')",
    ):
        assert site.fetched(wrong), wrong
    assert not site.fetched('<a href="https://doi.org/1"> <img src="_images/a.svg"> <script src="_static/a.js">')
