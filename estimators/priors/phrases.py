"""From the words in which a claim is made to the share of cases it says are reported."""

import re

from estimators.errors import DataError, Problem

NUMBER = r"\d+(?:[.,]\d+)*"
HIDDEN = re.compile(r"\b(hidden|unreported|undetected|not reported|dark figure|cifra negra|ocult[ao]s?)\b")
REPORTED = re.compile(r"\b(reported|detected|identified|are|is|of|cases|the|between|from|only|about|some)\b")
ONE_IN = re.compile(rf"(?:(?P<one>{NUMBER}|one|uno?) ?(?:in|of|out of|de cada|/) ?(?:every )?(?P<many>{NUMBER}))")
PERCENT = re.compile(rf"(?P<percent>{NUMBER}) ?(?:%|percent|per cent)")
PLAIN = re.compile(rf"(?P<share>{NUMBER})")
RANGE = re.compile(r"\s+(?:to|and|a|y)\s+|\s*[–—]\s*|\s+-\s+|(?<=%)\s*-\s*|(?<=\d)-(?=\d)")
EXPECTED = "a ratio or share such as '1 in 100', '4 %', '96 % hidden', '0.01' or a range such as '1 in 50 to 1 in 200'"


def reported_shares(statement: str) -> tuple[float, ...]:
    """Share of cases reported: one number for a point claim, (low, high) for a range.

    Parameters
    ----------
    statement : str
        ``"1 in 100"``, ``"4 %"``, ``"96 % hidden"`` (a dark figure: 4 % reported), ``"0.01"``, or two of them joined by *to*.

    Raises
    ------
    DataError
        If the words are not understood, or a share is not strictly between 0 and 1.

    Examples
    --------
    >>> reported_shares("1 in 100")
    (0.01,)
    >>> reported_shares("1 in 50 to 1 in 200")
    (0.005, 0.02)
    >>> [round(share, 12) for share in reported_shares("92 % to 96 % hidden")]
    [0.04, 0.08]
    """
    text = " ".join(statement.lower().replace("\u00a0", " ").split())
    hidden = HIDDEN.search(text) is not None
    text = REPORTED.sub(" ", HIDDEN.sub(" ", text)) if hidden else REPORTED.sub(_keep_of, text)
    parts = [part for part in RANGE.split(" ".join(text.split())) if part]
    if not 1 <= len(parts) <= 2:
        raise _problem(statement, EXPECTED)
    if len(parts) == 2 and PLAIN.fullmatch(parts[0]) and PERCENT.fullmatch(parts[1]):
        parts[0] += " %"
    shares = sorted(_share(part, statement) for part in parts)
    if hidden:
        shares = sorted(1.0 - share for share in shares)
    if any(not 0.0 < share < 1.0 for share in shares):
        raise _problem(statement, "a share strictly between 0 and 1 (between none and all of the cases)")
    if len(shares) == 2 and shares[0] == shares[1]:
        raise _problem(statement, "a range with two different ends")
    return tuple(shares)


def _keep_of(match: re.Match[str]) -> str:
    return " of " if match.group() == "of" else " "


def _share(part: str, statement: str) -> float:
    part = re.sub(r"^of\b|\bof$", "", part.strip(" .")).strip()
    if found := ONE_IN.fullmatch(part):
        one = 1.0 if found["one"] in ("one", "un", "uno") else _number(found["one"], statement)
        many = _number(found["many"], statement)
        if many == 0:
            raise _problem(statement, "a ratio whose second number is not 0")
        return one / many
    if found := PERCENT.fullmatch(part):
        return _number(found["percent"], statement) / 100.0
    if found := PLAIN.fullmatch(part):
        return _number(found["share"], statement)
    raise _problem(statement, EXPECTED)


def _number(text: str, statement: str) -> float:
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        return float(text.replace(",", "."))
    raise _problem(statement, "numbers such as 1000, 1,000 or 0.5")


def _problem(statement: str, expected: str) -> DataError:
    return DataError([Problem("claim", None, None, statement, expected)])
