"""Universes: every combination of the options of some choices, each a model with its evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import product
from typing import Any

from estimators.errors import ModelError
from estimators.evidence import Evidence
from estimators.synthesis import Synthesis

EVIDENCE, WITHOUT = "evidence", "without"
COLUMNS = ("median", "lower", "upper", "areas", "periods", "engine", "pareto_k", "effective_draws", "problem")

type Choices = Mapping[str, Mapping[str, Any]]
type Changes = dict[str, list[Any]]  # path to the values given for it: one, but for what is left out


@dataclass(frozen=True, eq=False)
class Universe:
    """One combination.

    Parameters
    ----------
    options : dict of str to str
        Label of the option of each choice.
    model : Synthesis or None
        None where the options do not go together.
    evidence : Evidence
        What it is fitted to.
    problem : str
        Why there is no model.
    """

    options: dict[str, str]
    model: Synthesis | None
    evidence: Evidence
    problem: str = ""


def universes_of(model: Synthesis, evidence: Evidence, choices: Choices) -> list[Universe]:
    """All combinations, the last choice running fastest.

    Raises
    ------
    ModelError
        If an option is no change of the model, alone makes none, or two choices change one thing.
    """
    _check(choices)
    options = {
        choice: {label: _changes(choice, value) for label, value in of.items()} for choice, of in choices.items()
    }
    _refuse_twice(options)
    for choice, of in options.items():
        for label, changes in of.items():
            try:
                _changed(model, evidence, changes, strict=True)
            except ModelError as error:
                raise type(error)(f"{choice}, {label}: {error}") from error
    return list(_combined(model, evidence, options))


def _combined(model: Synthesis, evidence: Evidence, options: Mapping[str, Mapping[str, Changes]]) -> Iterator[Universe]:
    for labels in product(*options.values()):
        named = dict(zip(options, labels, strict=True))
        together: Changes = {}
        for choice, label in named.items():
            for path, values in options[choice][label].items():
                together[path] = together.get(path, []) + values
        try:
            yield Universe(named, *_changed(model, evidence, together))
        except ModelError as error:
            yield Universe(named, None, evidence, f"{type(error).__name__}: {error}")


def _check(choices: Choices) -> None:
    if not choices:
        raise ModelError("no choices: expected a mapping of choices, each a mapping of labels to options")
    for choice, of in choices.items():
        if choice in COLUMNS:
            raise ModelError(f"a choice called {choice!r}: expected a name that is no column of the table")
        if not isinstance(of, Mapping) or not of or not all(isinstance(label, str) for label in of):
            raise ModelError(f"choice {choice!r}: expected a mapping of labels to options, at least one")


def _changes(choice: str, value: Any) -> Changes:
    """An option that is a mapping says its own paths; another is a value for the path that the choice is called by."""
    return {path: [each] for path, each in (value if isinstance(value, Mapping) else {choice: value}).items()}


def _refuse_twice(options: Mapping[str, Mapping[str, Changes]]) -> None:
    seen: dict[str, str] = {}
    for choice, of in options.items():
        for path in {path for changes in of.values() for path in changes} - {WITHOUT}:
            if path in seen:
                raise ModelError(f"{path} is changed by {seen[path]!r} and by {choice!r}: expected one choice for it")
            seen[path] = choice


def _changed(
    model: Synthesis, evidence: Evidence, changes: Changes, *, strict: bool = False
) -> tuple[Synthesis, Evidence]:
    """Whole parts first, then fields of parts, then what is left out; checked as a model when all is done."""
    state = {each.name: getattr(model, each.name) for each in fields(model)}
    for path in sorted(set(changes) - {WITHOUT, EVIDENCE}, key=lambda path: path.count(".")):
        first, *rest = path.split(".")
        if first not in state:
            raise ModelError(
                f"{path}: expected {', '.join((*state, EVIDENCE, WITHOUT))} or a path such as process.level"
            )
        state[first] = _set(state[first], rest, changes[path][0], path)
    for value in changes.get(WITHOUT, []):
        for name in (value,) if isinstance(value, str) else tuple(value):
            state = _left_out(state, name, strict=strict)
    (found,) = changes.get(EVIDENCE, [evidence])
    if not isinstance(found, Evidence):
        raise ModelError(f"evidence {found!r}: expected Evidence")
    return replace(model, **state), found


def _set(thing: Any, steps: list[str], value: Any, path: str) -> Any:
    """The thing with another value at the end of the steps: fields of dataclasses, and names of what stands in a tuple."""
    if not steps:
        return value
    first, *rest = steps
    if isinstance(thing, tuple):
        named = [place for place, each in enumerate(thing) if first in _names(each)]
        if len(named) != 1:
            there = ", ".join(name for each in thing for name in _names(each)) or "none"
            raise ModelError(f"{path}: {len(named)} are called {first!r}: expected one of {there}")
        changed = _set(thing[named[0]], rest, value, path)
        return (*thing[: named[0]], changed, *thing[named[0] + 1 :])
    own = [each.name for each in fields(thing)] if is_dataclass(thing) and not isinstance(thing, type) else []
    if first not in own:
        raise ModelError(f"{path}: {type(thing).__name__} has no {first!r}: expected one of {', '.join(own) or 'none'}")
    return replace(thing, **{first: _set(getattr(thing, first), rest, value, path)})


def _names(thing: Any) -> tuple[str, ...]:
    """By which a stream or an anchor is called."""
    return tuple(name for name in (getattr(thing, "name", ""), getattr(thing, "by", "")) if name)


def _left_out(state: dict[str, Any], name: str, *, strict: bool) -> dict[str, Any]:
    """Without the streams and anchors of a name. What another option has taken away already is no error."""
    kept = {key: tuple(each for each in state[key] if name not in _names(each)) for key in ("streams", "anchors")}
    if strict and all(len(kept[key]) == len(state[key]) for key in kept):
        there = ", ".join(called for key in kept for each in state[key] for called in _names(each))
        raise ModelError(f"{WITHOUT} {name!r}: expected one of {there}")
    return state | kept
