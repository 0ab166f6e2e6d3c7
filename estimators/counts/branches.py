"""Branches of a tree: what is known of the share that each takes, and the tree they make, or one error that says why they make none."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from estimators.counts.reporting import as_prior
from estimators.errors import ModelError
from estimators.numeric.trees import Law, Split
from estimators.priors import Claim, Prior


@dataclass(frozen=True)
class Branch:
    """One branch of a `MultiplierTree`: from a group of people to a part of them.

    Parameters
    ----------
    name, of : str
        The part, and the group it is a part of; a group that is no part of another is the root.
    survey : (int, int), optional
        Of people of the group who were asked, those who belonged to the part, and all who were asked: ``(34, 70)``.
    prior : Prior or Claim, optional
        Instead of a survey: distribution of the share.
    concentration : float, optional
        Instead of both, for all parts of a group alike: their shares are Dirichlet.
    indicator : str
        Which figures count this part; empty where nobody does.

    Notes
    -----
    A part about which nothing is said takes what the others leave. Where a survey asked the same number for every part of a group it is
    read as one survey and must add up to that number; surveys that asked different numbers are different surveys of the same split.

    Examples
    --------
    >>> Branch("identified", "victims", survey=(34, 70), indicator="victims_identified").known
    'survey 34 of 70'
    """

    name: str
    of: str
    survey: tuple[int, int] | None = None
    prior: Prior | Claim | None = None
    concentration: float | None = None
    indicator: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.of:
            raise ModelError(f"branch {self.name!r} of {self.of!r}: expected two names")
        given = [what for what in (self.survey, self.prior, self.concentration) if what is not None]
        if len(given) > 1:
            raise ModelError(f"branch {self.name}: expected one of survey, prior and concentration")
        if self.survey is not None and not 0 <= self.survey[0] <= self.survey[1] >= 1:
            raise ModelError(
                f"branch {self.name}: survey {self.survey}: expected (found, asked) with 0 ≤ found ≤ asked"
            )
        if self.concentration is not None and not 0 < self.concentration < float("inf"):
            raise ModelError(f"branch {self.name}: concentration {self.concentration}: expected a positive number")
        if self.prior is not None:
            as_prior(self.prior)

    @property
    def known(self) -> str:
        """What is known of the share, in words."""
        if self.survey is not None:
            return f"survey {self.survey[0]} of {self.survey[1]}"
        if self.prior is not None:
            return as_prior(self.prior).formula
        return "what the others leave" if self.concentration is None else f"Dirichlet, {self.concentration:g}"


def check_tree(branches: tuple[Branch, ...]) -> str:
    """The name of the root.

    Raises
    ------
    ModelError
        A part twice, a part of itself, no root or two.
    """
    if not branches:
        raise ModelError("a tree without branches: expected at least one Branch")
    twice = [name for name, times in Counter(branch.name for branch in branches).items() if times > 1]
    if twice:
        raise ModelError(f"{twice[0]!r} is the part of two groups: expected every part once")
    parent = {branch.name: branch.of for branch in branches}
    for name in parent:
        above, seen = name, [name]
        while above in parent:
            above = parent[above]
            if above in seen:
                raise ModelError(f"{' of '.join([*seen, above])}: a cycle: expected parts of parts up to one root")
            seen.append(above)
    roots = list(dict.fromkeys(branch.of for branch in branches if branch.of not in parent))
    if len(roots) > 1:
        text = f"{len(roots)} groups are part of no other, {', '.join(roots)}: expected one root; a name may be unknown or misspelt"
        raise ModelError(text)
    return roots[0]


def parts_of(branches: tuple[Branch, ...], group: str) -> tuple[Branch, ...]:
    """Parts of a group; the one that takes what the others leave is last."""
    found = [branch for branch in branches if branch.of == group]
    return tuple(sorted(found, key=lambda branch: branch.known == "what the others leave"))


def split_of(group: str, parts: tuple[Branch, ...]) -> Split:
    """How a group is shared among its parts; a group with one part has an unnamed rest.

    Raises
    ------
    ModelError
        If the parts do not add up to 1, or nothing is known of two of them.
    """
    told = [part for part in parts if part.known != "what the others leave"]
    names = ", ".join(part.name for part in parts)
    if len(parts) - len(told) > 1:
        raise ModelError(f"{names}: nothing is said of {len(parts) - len(told)} parts of {group}: expected at most one")
    if not told:
        raise ModelError(f"{names}: nothing is said of the only part of {group}: expected a survey or a prior")
    if any(part.concentration is not None for part in told):
        if len(told) < len(parts) or len(parts) < 2 or any(part.concentration is None for part in told):
            raise ModelError(f"{names}: expected a concentration for every part of {group}, and at least two parts")
        return _dirichlet([float(part.concentration or 0.0) for part in parts])
    complete = len(told) == len(parts) > 1
    asked = {part.survey[1] for part in told if part.survey is not None}
    if all(part.survey is not None for part in told) and len(asked) == 1:
        return _one_survey(group, parts, told, complete)
    centre = sum(_centre(part) for part in told)
    if centre > 1.0 + 1e-9 and not (complete and len(parts) == 2 and all(part.survey for part in parts)):
        raise ModelError(f"{names}: shares of {group} add up to {centre:.3g}: expected at most 1")
    if complete and any(part.prior is not None for part in told):
        raise ModelError(
            f"{names}: priors for all parts of {group}: expected them to add up to 1, with one part left without"
        )
    laws = tuple(_law(part) for part in told)
    if len(laws) == 1:
        return Split(laws)
    return Split(laws[:-1], stick=len(laws) == 1, last=laws[-1]) if complete else Split(laws, stick=False)


def _one_survey(group: str, parts: tuple[Branch, ...], told: list[Branch], complete: bool) -> Split:
    """One survey that asked for every part."""
    found, asked = sum(_survey(part)[0] for part in told), _survey(told[0])[1]
    if found > asked or (complete and found < asked):
        names = ", ".join(part.name for part in parts)
        expected = "at most" if not complete else "exactly"
        raise ModelError(
            f"{names}: surveys add up to {found} of the {asked} of {group} who were asked: expected {expected} {asked}"
        )
    rest = [] if complete else [1.0 + asked - found]
    return _dirichlet([1.0 + _survey(part)[0] for part in told] + rest)


def _dirichlet(concentration: list[float]) -> Split:
    after = np.cumsum(concentration[::-1])[::-1]
    return Split(tuple(("beta", a, float(b)) for a, b in zip(concentration[:-1], after[1:], strict=True)))


def _survey(part: Branch) -> tuple[int, int]:
    assert part.survey is not None  # noqa: S101  # the caller has made sure
    return part.survey


def _law(part: Branch) -> Law:
    if part.prior is not None:
        prior = as_prior(part.prior)
        return prior.family, *prior.parameters
    found, asked = _survey(part)
    return "beta", 1.0 + found, 1.0 + asked - found


def _centre(part: Branch) -> float:
    if part.prior is not None:
        return float(as_prior(part.prior).quantile(0.5))
    found, asked = _survey(part)
    return found / asked
