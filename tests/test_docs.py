"""Every page runs as it is printed, and every link between pages leads somewhere."""

import re
from pathlib import Path

import matplotlib
import pytest
from matplotlib import pyplot

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```python\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)


def program(page):
    """The Python of a page as one program, each line where it stands on the page, so that a traceback points there."""
    text = page.read_text(encoding="utf-8")
    lines = [""] * (text.count("\n") + 1)
    for block in BLOCK.finditer(text):
        start = text.count("\n", 0, block.start(1))
        code = block.group(1).splitlines()
        lines[start : start + len(code)] = code
    return "\n".join(lines)


LONG = ("figures", "multiverse", "report")


def runnable():
    """Pages with Python; those that take long run each time the site is built, and here among the slow tests."""
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        long = name.startswith("docs/experiments/") or page.stem in LONG
        if program(page).strip():
            yield pytest.param(page, id=name, marks=[pytest.mark.slow] if long else [])


@pytest.mark.parametrize("page", list(runnable()))
def test_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    try:
        exec(compile(program(page), page, "exec"), {"__name__": "page"})  # noqa: S102
    finally:
        pyplot.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page):
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    targets = [target for target in re.findall(r"\]\(([^)\s]+)", text) if not re.match(r"\w+:|#", target)]
    assert not [target for target in targets if not (page.parent / target.partition("#")[0]).exists()]
