"""How numbers are printed: two significant digits, limits rounded outward, never more digits than the simulation supports."""

from math import ceil, floor, isfinite, isnan, log10

DIGITS = 2
MISSING = "no figure"


def supported_digits(simulation_error: float, wanted: int = DIGITS) -> int:
    """Significant digits that a relative simulation error leaves standing: twice the error must be below one unit.

    Examples
    --------
    >>> supported_digits(0.0), supported_digits(0.01, 3), supported_digits(0.1), supported_digits(float("inf"))
    (2, 2, 1, 1)
    """
    if not simulation_error > 0.0:
        return wanted
    return max(1, min(wanted, 1 + floor(-log10(2.0 * simulation_error)))) if isfinite(simulation_error) else 1


def rounded(value: float, digits: int = DIGITS, towards: str = "nearest") -> float:
    """A number at so many significant digits, rounded to the nearest, ``"down"`` or ``"up"``.

    Examples
    --------
    >>> rounded(49_351), rounded(13_648, towards="down"), rounded(181_936, towards="up")
    (49000.0, 13000.0, 190000.0)
    """
    if value == 0.0 or not isfinite(value):
        return value
    unit = 10.0 ** (floor(log10(abs(value))) - digits + 1)
    steps = value / unit
    steps = round(steps, 9)  # 0.07/0.001 is 70.00000000000001, which must not be rounded up
    whole = {"nearest": round(steps), "down": floor(steps), "up": ceil(steps)}[towards]
    return float(f"{whole * unit:.12g}")


def number(value: float, digits: int = DIGITS, towards: str = "nearest") -> str:
    """A number as it is printed, with thousands separators.

    Examples
    --------
    >>> number(181_936, towards="up"), number(0.0362, towards="up"), number(float("inf")), number(float("nan"))
    ('190,000', '0.037', '∞', 'no figure')
    """
    if isnan(value):
        return MISSING
    if not isfinite(value):
        return "∞"
    value = rounded(value, digits, towards)
    if value == round(value) or abs(value) >= 10.0 ** (digits - 1):
        return f"{value:,.0f}"
    decimals = digits - 1 - floor(log10(abs(value)))
    return f"{value:.{decimals}f}"


def count(value: float) -> str:
    """A published figure, exactly.

    Examples
    --------
    >>> count(1171.0), count(float("nan"))
    ('1,171', 'no figure')
    """
    return MISSING if isnan(value) else f"{value:,.0f}"


def interval(lower: float, upper: float, digits: int = DIGITS, least: float = 0.0) -> str:
    """Two limits, rounded outward, but never below `least`, such as the count that the true count cannot be under.

    Examples
    --------
    >>> interval(13_648, 181_936), interval(497, 3_000, least=494)
    ('13,000 – 190,000', '494 – 3,000')
    """
    if isnan(lower) or isnan(upper):
        return MISSING
    low = count(least) if rounded(lower, digits, "down") < least <= lower else number(lower, digits, "down")
    return f"{low} – {number(upper, digits, 'up')}"


def estimate(median: float, lower: float, upper: float, digits: int = DIGITS, least: float = 0.0) -> str:
    """A median with its interval.

    Examples
    --------
    >>> estimate(49_351, 13_648, 181_936)
    '49,000 (13,000 – 190,000)'
    """
    return MISSING if isnan(median) else f"{number(median, digits)} ({interval(lower, upper, digits, least)})"


def percent(share: float) -> str:
    """A share in per cent, whole.

    Examples
    --------
    >>> percent(0.5178), percent(1.0), percent(0.003)
    ('52 %', '100 %', '< 1 %')
    """
    return "< 1 %" if 0.0 < share < 0.005 else f"{100.0 * share:.0f} %"


def one_in(share: float, digits: int = DIGITS) -> str:
    """A share as a ratio.

    Examples
    --------
    >>> one_in(0.01), one_in(0.4), one_in(1.0), one_in(0.0001)
    ('1 in 100', '1 in 2.5', '1 in 1', '1 in 10,000')
    """
    return f"1 in {rounded(1.0 / share, digits):,.15g}"


def chance(probability: float) -> str:
    """A probability with two digits and never an exact 0 or 1.

    Examples
    --------
    >>> chance(0.4), chance(0.0001), chance(1.0), chance(float("nan"))
    ('0.40', '< 0.01', '> 0.99', 'not known')
    """
    if isnan(probability):
        return "not known"
    return "> 0.99" if probability > 0.995 else "< 0.01" if probability < 0.005 else f"{probability:.2f}"
