"""What the site adds to Sphinx: plain pages as notebooks, parts of pages for the site alone, and formulas as MathML.

A page of docs/ is written for GitHub. A block that begins with three backticks and ``python`` is a code cell. A comment that
begins with ``<!-- site`` is text for the site; a line ``include FILE`` in it stands for that file without its title, a line
``api NAME NAME`` for the docstrings of public names.
"""

import inspect
import re
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any
from urllib.parse import quote

import nbformat
from docutils import nodes  # type: ignore[import-untyped]
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

DOCS = Path(__file__).parent
NEW: Any = nbformat.v4
BLOCK = re.compile(r"^```python\n(.*?)^```\n?", flags=re.MULTILINE | re.DOTALL)
ONLY_HERE = re.compile(r"^<!-- site\n(.*?)^-->\n?", flags=re.MULTILINE | re.DOTALL)
INCLUDED = re.compile(r"^include (\S+)$", flags=re.MULTILINE)
LISTED = re.compile(r"^api (.+)$", flags=re.MULTILINE)
NAME = re.compile(  # of a function in MathML, followed by what it is applied to
    r"""(?<!<msub>)(?<!<msup>)(?<!<msubsup>)(<mi mathvariant="normal">[A-Za-z]+</mi>|<mi>[A-Za-z]{2,}</mi>)(?=<m[ins])"""
)
DOI = re.compile(r"\bdoi:(10\.[^\s,;]*[^\s,;.)])")
LINK = re.compile(r"(\]\()([^)\s#:]+\.\w+)(#[^)\s]*)?(?=\))")
PAGES = {"README.md": "about", "VISION.md": "about", "ARCHITECTURE.md": "architecture", "CONTRIBUTING.md": "contributing",
         "CHANGELOG.md": "changelog"}  # fmt: skip
FETCHED = re.compile(  # what a browser asks for by itself; links that a reader follows are no matter
    r"""<(?:script|img|iframe|link|source|video|audio|embed|object)\b[^>]*?\b(?:src|href|data)=["']?(?:https?:)?//[^>]*>"""
    r"""|@import\s+["']?(?:url\()?["']?(?:https?:)?//[^;]*|url\(["']?(?:https?:)?//[^)]*\)""",
    flags=re.IGNORECASE,
)
BEFORE = dedent("""
    import base64
    from html import escape
    from IPython import get_ipython
    from matplotlib.figure import Figure

    def _shown(figure):
        from estimators.plots.style import alternative, to_svg
        words, picture = alternative(figure), base64.b64encode(to_svg(figure).encode()).decode()
        alone = f'<img class="figure" alt="{escape(words)}" src="data:image/svg+xml;base64,{picture}">'
        return f'{alone}<details class="in-words"><summary>In words</summary>{escape(words)}</details>'

    get_ipython().display_formatter.formatters["text/html"].for_type(Figure, _shown)
""")


def notebook(text: str) -> Any:
    """A page as a notebook: its Python blocks are cells that run, all else is Markdown."""
    cells, lines, done = [], [], 0

    def markdown(part: str, start: int) -> None:
        if part.strip():
            cells.append(NEW.new_markdown_cell(part))
            lines.append(text.count("\n", 0, start))

    for block in BLOCK.finditer(text):
        markdown(text[done : block.start()], done)
        cells.append(NEW.new_code_cell(block.group(1).rstrip("\n")))
        lines.append(text.count("\n", 0, block.start(1)))
        done = block.end()
    markdown(text[done:], done)
    metadata: dict[str, Any] = {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}}
    if any(cell.cell_type == "code" for cell in cells):
        cells.insert(0, NEW.new_code_cell(BEFORE, metadata={"tags": ["remove-cell"]}))
        lines.insert(0, 0)
    else:
        metadata["mystnb"] = {"execution_mode": "off"}
    return NEW.new_notebook(cells=cells, metadata=metadata | {"source_map": lines})


def prepare(text: str, page: Path) -> str:
    """The source of a page with what only the site shows, and with links that lead to pages of the site."""

    def only_here(found: re.Match[str]) -> str:
        text = LISTED.sub(lambda line: documented(line.group(1).split()), found.group(1))
        return INCLUDED.sub(lambda line: included(page.parent / line.group(1), page), text)

    return relinked(ONLY_HERE.sub(only_here, text), page.parent, page)


def documented(names: list[str]) -> str:
    """Directives for public names, or for names of a room such as ``datasets.load``."""
    found = []
    for name in names:
        room, _, last = f"estimators.{name}".rpartition(".")
        if inspect.isclass(getattr(import_module(room), last)):
            found.append(f".. autoclass:: {room}.{last}\n   :members:")
        else:
            found.append(f".. autofunction:: {room}.{last}")
    return "```{eval-rst}\n" + "\n\n".join(found) + "\n```"


def included(path: Path, page: Path) -> str:
    """A file of the repository without its title, as a part of a page."""
    body = re.sub(r"\A# .*\n", "", path.read_text(encoding="utf-8"))
    return relinked(body, path.resolve().parent, page)


def relinked(text: str, folder: Path, page: Path) -> str:
    """Links from a folder made links from a page; files at the root that the site shows lead to their page there."""

    def moved(found: re.Match[str]) -> str:
        target = (folder / found.group(2)).resolve()
        if target.parent == DOCS.parent and target.name in PAGES:
            target = DOCS / f"{PAGES[target.name]}.md"
        if not target.exists():
            return found.group()
        return found.group(1) + str(target.relative_to(page.resolve().parent, walk_up=True)) + (found.group(3) or "")

    return LINK.sub(moved, text)


def read_source(app: Sphinx, name: str, content: list[str]) -> None:
    """Every page on its way to the parser."""
    page = Path(app.env.doc2path(name))
    if page.suffix == ".md":
        for line in INCLUDED.finditer("".join(ONLY_HERE.findall(content[0]))):
            app.env.note_dependency(str(page.parent / line.group(1)))
        content[0] = prepare(content[0], page)


def docstring(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:  # noqa: ARG001
    """What Sphinx does not know in docstrings: tables between upright bars, and references that end with their DOI."""
    found: list[str] = []
    for number, line in enumerate(lines):
        if not line.startswith("| "):
            linked = DOI.sub(lambda doi: f"`doi:{doi.group(1)} <https://doi.org/{quote(doi.group(1))}>`__", line)
            found += [] if line.startswith("|---") else [linked, *([""] if re.search(r"doi:\S+$", line) else [])]
            continue
        if lines[number + 1 : number + 2] and lines[number + 1].startswith("|---"):
            found += ["", ".. list-table::", "   :header-rows: 1", ""]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found += [f"   {'-' if place else '* -'} {cell}".replace("   -", "     -") for place, cell in enumerate(cells)]
        if not lines[number + 1 : number + 2] or not lines[number + 1].startswith("|"):
            found.append("")
    lines[:] = found


def mathml(formula: str, display: str) -> str:
    """A formula, with names upright and a thin space before what they are applied to."""
    text = convert(re.sub(r"\\mathrm\{(\w+)\}", r"\\operatorname{\1}", formula), display=display)
    text = text.replace("<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>")
    text = re.sub(r"<mo>([A-Za-z]+)</mo>", r'<mi mathvariant="normal">\1</mi>', text)
    return NAME.sub(r'\1<mspace width="0.17em"/>', text)


def inline(translator: Any, node: nodes.math) -> None:
    """A formula in a line."""
    translator.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def displayed(translator: Any, node: nodes.math_block) -> None:
    """A formula by itself."""
    translator.body.append(mathml(node.astext(), "block"))
    raise nodes.SkipNode


def fetched(text: str) -> list[str]:
    """What a page or a style sheet would fetch from a network."""
    return [found.group() for found in FETCHED.finditer(text)]


def refuse_network(app: Sphinx, exception: Exception | None) -> None:
    """A built page must read without a network."""
    if exception is None and app.builder.format == "html":
        files = [path for end in ("html", "css") for path in Path(app.outdir).rglob(f"*.{end}")]
        found = [f"{path}: {what}" for path in files for what in fetched(path.read_text(encoding="utf-8"))]
        if found:
            raise ExtensionError("fetched from a network: " + "; ".join(found))


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", read_source)
    app.connect("autodoc-process-docstring", docstring, priority=600)
    app.connect("build-finished", refuse_network)
    app.add_html_math_renderer("mathml", (inline, None), (displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
