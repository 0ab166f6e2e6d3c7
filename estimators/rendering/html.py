"""A report as one HTML file that needs nothing else: style, pictures and all."""

import re
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from estimators.plots.style import to_svg
from estimators.rendering.document import Banner, Block, Paragraph, Picture, Points, Report, Table

IDS = re.compile(r'\bid="|\bhref="#|\burl\(#')

KINDS: dict[type, str] = {
    Paragraph: "paragraph",
    Table: "table",
    Picture: "picture",
    Banner: "banner",
    Points: "points",
}


def render_html(report: Report) -> str:
    """The report as a self-contained page: no script, no address, readable on a phone and on paper."""
    environment = Environment(
        loader=PackageLoader("estimators.rendering", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = _kind
    environment.filters["own_ids"] = _own_ids(report)
    return environment.get_template("page.html").render(report=report)


def _kind(block: Block) -> str:
    return KINDS[type(block)]


def _own_ids(report: Report) -> Callable[[Picture], str]:
    """A filter that keeps the ids of one picture from those of another on the same page."""
    pictures = [block for section in report.sections for block in section.blocks if isinstance(block, Picture)]
    places = {id(picture): place for place, picture in enumerate(pictures, start=1)}

    def own_ids(picture: Picture) -> str:
        return IDS.sub(rf"\g<0>picture{places[id(picture)]}-", to_svg(picture.figure))

    return own_ids
