"""Which anchors may stand beside each other: two that rest on the same figures are one."""

from estimators.errors import CircularityError
from estimators.priors import Claim, ExternalEstimate, Prior

type Anchor = Claim | ExternalEstimate | Prior


def refuse_circular(anchors: tuple[Anchor, ...], indicator: str) -> None:
    """Refuse anchors that rest on the same figures, on one body's word twice, or on the counts they are to be compared with."""
    seen: dict[tuple[str, str], str] = {}
    for anchor in anchors:
        if isinstance(anchor, Prior):
            continue
        name = anchor_label(anchor)
        if anchor.derived_from == indicator:
            raise CircularityError(
                f"{name} was made from {indicator}, the figures themselves: it is no second anchor beside them"
            )
        for what, value in (("made from", anchor.derived_from), ("published by", anchor.by)):
            if not value:
                continue
            if (what, value) in seen:
                text = f"{seen[what, value]} and {name} are both {what} {value!r}: they are one anchor, not two; keep one of them"
                raise CircularityError(text)
            seen[what, value] = name


def anchor_label(anchor: Anchor) -> str:
    """How tables call an anchor."""
    return f"prior on {anchor.name}: {anchor.description}" if isinstance(anchor, Prior) else anchor.name


def as_row(anchor: Anchor) -> Prior:
    """An anchor as a row of the table of priors."""
    if isinstance(anchor, Prior):
        return anchor
    if isinstance(anchor, Claim):
        return anchor.prior
    unit = "persons a year" if anchor.unit == "persons" else "per 100,000 and year"
    said = f"published by {anchor.by}" if anchor.by else "an assumption"
    steps = "; ".join(f"{step.name} × {step.factor:.3g}: {step.reason}" for step in anchor.adjustments)
    reason = "; ".join(part for part in (said, anchor.reason, steps) if part)
    return Prior("true_count", f"{anchor.name}, {unit}", "log-normal", (anchor.log_median, anchor.total_log_sd), reason)
