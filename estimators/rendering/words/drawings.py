"""The words on a figure in another language, on a copy: the figure itself is never touched."""

import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, Formatter

from estimators.plots.style import INCH, LINE, broken, fit_labels, letters
from estimators.rendering.words.speaker import Speaker, Spoken

STATE = "Verdict: "
FEWEST = 20  # letters of a line
WITHIN = 0.94  # of the width: at some resolutions letters are drawn wider than at others
WIDER = 1.35  # what a line may be longer than in English, to need no more lines
EDGE, MARK = 0.01, "mark"  # where titles and footnotes begin; the id of what is written across a figure
SHORT_RATIO = re.compile(r"1 in (?=\d[\d,.]*$)")


def spoken_figure(figure: Figure, speaker: Speaker) -> tuple[Figure, tuple[str, ...]]:
    """A copy of a figure with its words in another language, and the words that no table knows."""
    copy, left = deepcopy(figure), list[str]()
    axes = list(copy.findobj(Axis))
    of_ticks = {id(text) for axis in axes for text in _tick_texts(axis)}
    for text in copy.findobj(Text):
        if id(text) not in of_ticks and text.get_text().strip():
            left += _say(text, copy, speaker)
    done = set[int]()
    for axis in axes:
        if id(axis.get_major_formatter()) not in done:  # panels share it, and 100.000 said again would be 100,000
            left += _say_ticks(axis, speaker)
            done.add(id(axis.get_major_formatter()))
    fit_labels(copy)
    label = speaker.say(str(figure.get_label()))
    copy.set_label(label.text)
    return copy, (*left, *label.left)


def _tick_texts(axis: Axis) -> Iterator[Text]:
    for tick in (*axis.majorTicks, *axis.minorTicks):
        yield from (tick.label1, tick.label2)


def _say(text: Text, figure: Figure, speaker: Speaker) -> tuple[str, ...]:
    """Set the words of one text; titles and footnotes are broken anew, and the figure grows with them."""
    lines, size = text.get_text().split("\n"), float(text.get_fontsize())
    if text.get_gid() == MARK:
        said = speaker.say(" ".join(lines))
        shrunk = min(1.0, len(text.get_text()) / max(len(said.text), 1))
        text.set_fontsize(size * shrunk)
    elif text in figure.texts and text.get_position()[0] == EDGE:
        most = letters(0.97 * INCH * figure.get_figwidth(), size)
        said = _in_paragraphs(lines, most, speaker)
        text.set_text(said.text)
        while text.get_window_extent().width > WITHIN * figure.bbox.width and most > FEWEST:
            most -= 1  # letters of this language are wider than most
            said = _in_paragraphs(lines, most, speaker)
            text.set_text(said.text)
        more = max(0, said.text.count("\n") + 1 - len(lines))
        figure.set_figheight(figure.get_figheight() + more * LINE * size / 72.0)
    else:
        said = _in_lines(lines, speaker)
    text.set_text(said.text)
    return said.left


def _in_paragraphs(lines: Sequence[str], most: int, speaker: Speaker) -> Spoken:
    """A title or a footnote, broken anew; the verdict begins a line of its own."""
    begins = [place for place, line in enumerate(lines) if place and line.startswith(STATE)][:1]
    parts = [lines[: begins[0]], lines[begins[0] :]] if begins else [lines]
    said = [speaker.say(_one_line(part)) for part in parts]
    again = [line for each in said for line in broken(each.text, most)]
    return Spoken("\n".join(again), tuple(left for each in said for left in each.left))


def _in_lines(lines: Sequence[str], speaker: Speaker) -> Spoken:
    """A text of several lines: one sentence that was broken, or a sentence a line."""
    whole = speaker.say(_one_line(lines))
    if len(lines) == 1:
        return whole
    each = [speaker.say(_one_line([line])) for line in lines]
    if sum(said.unknown for said in each) <= whole.unknown:
        return Spoken("\n".join(said.text for said in each), tuple(left for said in each for left in said.left))
    longest = max(len(line) for line in lines)
    word = max(len(part) for part in whole.text.split())  # no word is broken
    again = broken(whole.text, max(longest, word))
    for most in range(longest + 1, int(WIDER * longest) + 1):
        if len(again) <= len(lines):
            break
        again = broken(whole.text, max(most, word))
    return Spoken("\n".join(again), whole.left)


def _one_line(lines: Sequence[str]) -> str:
    return " ".join(lines).replace("\u00a0", " ")


def _say_ticks(axis: Axis, speaker: Speaker) -> tuple[str, ...]:
    formatter = axis.get_major_formatter()
    if isinstance(formatter, FixedFormatter):
        said = [_tick(label, speaker) for label in formatter.seq]
        axis.set_major_formatter(FixedFormatter([each.text for each in said]))
        return tuple(left for each in said for left in each.left)
    locator = axis.get_major_locator()
    axis.set_major_formatter(Said(formatter, lambda label: _tick(label, speaker).text))
    axis.set_major_locator(locator)
    return ()


def _tick(label: str, speaker: Speaker) -> Spoken:
    """The label of a tick; ratios as 1/100, which takes no more room than in English."""
    if "$" in label or not label:
        return Spoken(label)
    if SHORT_RATIO.match(label):
        return Spoken("1/" + speaker.say(SHORT_RATIO.sub("", label)).text)
    return _in_lines(label.split("\n"), speaker)


class Said(Formatter):
    """A formatter whose labels are said in another language.

    Parameters
    ----------
    formatter : matplotlib.ticker.Formatter
        Of the axis until now.
    say : callable
        From an English label to another.
    """

    def __init__(self, formatter: Formatter, say: Callable[[str], str]) -> None:
        self.formatter, self.say = formatter, say

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The label of one tick."""
        return self.say(self.formatter(x, pos))

    def format_ticks(self, values: list[float]) -> list[str]:
        """The labels of all ticks."""
        return [self.say(label) for label in self.formatter.format_ticks(values)]

    def get_offset(self) -> str:
        """What all labels have in common."""
        return self.formatter.get_offset()
