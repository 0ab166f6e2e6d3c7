"""A report as one HTML file that needs nothing else: style, pictures and all."""

import re
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from estimators.rendering.columns import on_the_right
from estimators.rendering.document import Report
from estimators.rendering.drawing import drawn as draw_plan
from estimators.rendering.labels import labels
from estimators.rendering.plan import Placed, plan
from estimators.rendering.symbols import lowered

IDS = re.compile(r'\bid="|\bhref="#|\burl\(#')


def render_html(report: Report, language: str = "en", drawn: Mapping[str, str] | None = None) -> str:
    """The report as a self-contained page: no script, no address, readable on a phone and on paper.

    Parameters
    ----------
    report : Report
        What to write.
    language : str
        "en", "es" or "pt": of the words of the frame, and of the text.
    drawn : mapping of str to str, optional
        What `draw` returned, where another format has paid for it already.

    Examples
    --------
    >>> from estimators.rendering import Paragraph, Section
    >>> page = render_html(Report("Title", "", (Section("", (Paragraph("a < b"),)),)))
    >>> "<p>a &lt; b</p>" in page
    True
    """
    planned = plan(report, language)
    pictures = draw_plan(planned) if drawn is None else drawn
    environment = Environment(
        loader=PackageLoader("estimators.rendering", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def inline(placed: Placed) -> str:
        """A picture, its ids kept from those of another on the same page."""
        return IDS.sub(rf"\g<0>{placed.name}-", pictures[placed.name])

    return environment.get_template("page.html").render(
        plan=planned,
        words=labels(language),
        language=language,
        drawn=inline,
        on_the_right=on_the_right,
        lowered=lowered,
    )
