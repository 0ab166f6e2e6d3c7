"""A document as one HTML file that needs nothing else: style, pictures and all."""

import errno
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from estimators.report.document import Banner, Block, Document, Paragraph, Picture, Points, Table

IDS = re.compile(r'\bid="|\bhref="#|\burl\(#')

KINDS: dict[type, str] = {
    Paragraph: "paragraph",
    Table: "table",
    Picture: "picture",
    Banner: "banner",
    Points: "points",
}


def render_html(document: Document) -> str:
    """The document as a self-contained page: no script, no address, readable on a phone and on paper."""
    environment = Environment(
        loader=PackageLoader("estimators.report", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = _kind
    environment.filters["own_ids"] = _own_ids(document)
    return environment.get_template("page.html").render(document=document)


def _kind(block: Block) -> str:
    return KINDS[type(block)]


def _own_ids(document: Document) -> Callable[[Picture], str]:
    """A filter that keeps the ids of one picture from those of another on the same page."""
    pictures = [block for section in document.sections for block in section.blocks if isinstance(block, Picture)]
    places = {id(picture): place for place, picture in enumerate(pictures, start=1)}

    def own_ids(picture: Picture) -> str:
        return IDS.sub(rf"\g<0>picture{places[id(picture)]}-", picture.svg)

    return own_ids


def write_text(text: str, path: str | os.PathLike[str]) -> Path:
    """Write a text file whole or not at all; its folder is made if it does not exist."""
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "expected a file, not a folder", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
