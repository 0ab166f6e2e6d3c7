"""A report as LaTeX: one file that compiles as it is, figures beside it, and every table in lines that can be copied alone."""

from estimators.rendering.characters import escaped
from estimators.rendering.columns import LONGEST_WORD, WIDE, breakable, shape
from estimators.rendering.document import Banner, Formula, Paragraph, Picture, Points, Report, Table
from estimators.rendering.drawing import picture, width
from estimators.rendering.labels import labels
from estimators.rendering.plan import Placed, Plan, plan
from estimators.rendering.symbols import lowered

LONG = {False: 30, True: 12}  # rows of numbers, and of words; a longer table runs over pages
TALLEST = 0.85  # of a page, for a figure; its caption needs the rest
BABEL = {"en": "english", "es": "spanish,es-noshorthands,es-nodecimaldot", "pt": "brazilian"}
CAPTIONS = {"en": "english", "es": "spanish", "pt": "brazilian"}
PREAMBLE = r"""% Compiles with pdflatex, lualatex and xelatex. Tables and figures stand between comments that name them, to be copied.
\documentclass[a4paper]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\fi
\usepackage{textcomp,lmodern}
\usepackage[LANGUAGES]{babel}
\usepackage[margin=20mm]{geometry}
\usepackage{array,booktabs,longtable,pdflscape,graphicx}
\usepackage[hidelinks]{hyperref}
\IfFileExists{placeins.sty}{\usepackage[section]{placeins}}{} % figures and tables stay in their sections
% A character without a name in LaTeX: itself where the engine and the font have it, its number otherwise.
\ifPDFTeX
  \DeclareRobustCommand{\character}[1]{[U+#1]\allowbreak}
\else
  \DeclareRobustCommand{\character}[1]{\iffontchar\font"#1 \char"#1\relax\else[U+#1]\fi}
\fi
\pdfstringdefDisableCommands{\def\character#1{[U+#1]}\def\ensuremath#1{#1}}
\addto\captionsNAME{\renewcommand{\tablename}{TABLE}\renewcommand{\figurename}{FIGURE}\renewcommand{\contentsname}{CONTENTS}}
\newcolumntype{L}[1]{>{\raggedright\arraybackslash}p{\dimexpr#1\linewidth-2\tabcolsep\relax}}
\newcolumntype{R}[1]{>{\raggedleft\arraybackslash}p{\dimexpr#1\linewidth-2\tabcolsep\relax}}
\setlength{\tabcolsep}{1.3mm}
\setlength{\emergencystretch}{3em}
\setlength{\belowcaptionskip}{1ex}
\makeatletter\@beginparpenalty=10000\makeatother % a list stays with the line that announces it
"""


def render_tex(report: Report, language: str = "en") -> dict[str, bytes]:
    r"""The report as LaTeX: ``report.tex`` and ``figures/figure-1.pdf`` and so on.

    Parameters
    ----------
    report : Report
        What to write. Formulas are taken as they are, all other text literally.
    language : str
        "en", "es" or "pt".

    Examples
    --------
    >>> from estimators.rendering import Section
    >>> files = render_tex(Report("Title", "", (Section("", (Paragraph("50 % & more"),)),)))
    >>> [line for line in files["report.tex"].decode().splitlines() if "more" in line]
    ['50~\\% \\& more']
    """
    planned = plan(report, language)
    blocks = [placed for part in planned.parts for placed in part.blocks]
    figures = {
        f"figures/{placed.name}.pdf": picture(placed.block, planned.mark, "pdf")
        for placed in blocks
        if isinstance(placed.block, Picture)
    }
    return {"report.tex": _document(planned, language).encode("ascii"), **figures}


def _document(planned: Plan, language: str) -> str:
    words = labels(language)
    preamble = PREAMBLE.replace("LANGUAGES", BABEL[language]).replace("NAME", CAPTIONS[language])
    for name, word in (("TABLE", words.table), ("FIGURE", words.figure), ("CONTENTS", words.contents)):
        preamble = preamble.replace(f"{{{name}}}", f"{{{escaped(word)}}}")
    subtitle = rf"\\[1ex] \large {_text(planned.subtitle)}" if planned.subtitle else ""
    lines = [
        rf"{preamble}\hypersetup{{pdftitle={{{escaped(planned.title)}}}}}",
        rf"\title{{{_text(planned.title)}{subtitle}}}",
        r"\author{}\date{}",
        r"\begin{document}",
        r"\maketitle",
    ]
    for part in planned.parts:
        lines += [r"\tableofcontents"] if part.contents else []
        if part.heading:
            heading = _text(part.heading)
            lines += [rf"\section*{{{heading}}}", rf"\addcontentsline{{toc}}{{subsection}}{{{heading}}}"]
        lines += [_block(placed, planned.mark, words.verdict) for placed in part.blocks]
    return "\n\n".join([*lines, r"\end{document}", ""])


def _block(placed: Placed, mark: str, verdict: str) -> str:
    match placed.block:
        case Paragraph(text):
            return _text(text)
        case Banner(found, meaning):
            return rf"\begin{{quote}}\textbf{{{_text(f'{verdict}: {found}')}}}\par {_text(meaning)}\end{{quote}}"
        case Points(items):
            return "\n".join([r"\begin{itemize}", *(rf"\item {_text(item)}" for item in items), r"\end{itemize}"])
        case Formula(latex, spoken):
            return f"% {escaped(spoken)}\n\\[ {latex} \\]"
        case Picture():
            return _between(placed, _figure(placed, placed.block, mark))
        case Table():
            return _between(placed, _table(placed, placed.block, mark))


def _between(placed: Placed, written: str) -> str:
    return f"% {placed.name}: begin\n{written}\n% {placed.name}: end"


def _figure(placed: Placed, block: Picture, mark: str) -> str:
    size = f"width={width(block) / WIDE:.3f}\\linewidth,height={TALLEST:g}\\textheight,keepaspectratio"
    return "\n".join(
        [
            r"\begin{figure}[!htbp]",
            r"\centering",
            rf"\includegraphics[{size},alt={{{escaped(block.alternative)}}}]{{figures/{placed.name}.pdf}}",
            _caption(placed, block.caption, mark),
            r"\end{figure}",
        ]
    )


def _caption(placed: Placed, text: str, mark: str) -> str:
    warned = rf"\textbf{{{_text(mark)}.}} " if mark else ""
    return rf"\caption{{{warned}{_text(text)}}}\label{{{placed.name}}}"


def _table(placed: Placed, block: Table, mark: str) -> str:
    stood = shape(block)
    columns = "".join(f"{'R' if column.right else 'L'}{{{column.share:.4f}}}" for column in stood.columns)
    head = [
        *([rf"\multicolumn{{{len(stood.columns)}}}{{l}}{{\textbf{{{_text(mark)}}}}} \\"] if mark else []),
        r"\toprule",
        _row(tuple(rf"\textbf{{{_text(column.head)}}}" for column in stood.columns)),
        r"\midrule",
    ]
    write = _symbols if block.symbols else _text
    rows = [_row(tuple(map(write, row))) for row in block.rows]
    caption = _caption(placed, block.caption, mark)
    size = rf"\fontsize{{{stood.points:g}}}{{{1.2 * stood.points:g}}}\selectfont"
    if len(block.rows) > LONG[block.words]:
        begin = [
            r"\begingroup",
            r"\setlength{\LTcapwidth}{\linewidth}",
            size,
            rf"\begin{{longtable}}{{{columns}}}",
            rf"{caption} \\",
            *head,
            r"\endfirsthead",
        ]
        lines = [*begin, *head, r"\endhead", r"\bottomrule", r"\endfoot", *rows, r"\end{longtable}", r"\endgroup"]
    else:
        begin = [r"\begin{table}[!ht]", r"\centering", caption, size, rf"\begin{{tabular}}{{{columns}}}"]
        lines = [*begin, *head, *rows, r"\bottomrule", r"\end{tabular}", r"\end{table}"]
    return "\n".join([r"\begin{landscape}", *lines, r"\end{landscape}"] if stood.landscape else lines)


def _row(cells: tuple[str, ...]) -> str:
    return " & ".join(cells) + r" \\"


def _text(text: str) -> str:
    return escaped(breakable(text, LONGEST_WORD))


def _symbols(text: str) -> str:
    return "".join(rf"\textsubscript{{{_text(part)}}}" if below else _text(part) for part, below in lowered(text))
