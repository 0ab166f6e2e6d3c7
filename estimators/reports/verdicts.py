"""The sentence of each verdict: those of `estimators.diagnostics.identification`, and one for a result that does not tell."""

from estimators.diagnostics import Identification
from estimators.diagnostics.identification import VERDICTS as TOLD

UNKNOWN = "not known"
VERDICTS = {**TOLD, UNKNOWN: "the result does not record what fixes its level, so no verdict can be given"}
NOT_PUBLISHABLE = "not publishable"


def sentence(text: str) -> str:
    """The same with a capital and a full stop.

    Examples
    --------
    >>> sentence("one anchor"), sentence("Done."), sentence("")
    ('One anchor.', 'Done.', '')
    """
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def verdict_sentence(told: Identification) -> str:
    """What the verdict means; of bounds, which have no anchor, what `identification` says of them.

    Examples
    --------
    >>> import estimators as est
    >>> post = est.fit(est.Multiplier(est.Claim("1 in 100")), est.single_figure(494), seed=1)
    >>> verdict_sentence(est.identification(post))[:22]
    'One absolute anchor: t'
    """
    fixed = VERDICTS.get(told.verdict.split(" (")[0], told.meaning)
    return sentence(told.meaning if told.anchors.empty else fixed)
