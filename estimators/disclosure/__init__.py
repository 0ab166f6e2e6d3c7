"""Counts too small to publish are hidden, and proved hidden."""

from estimators.disclosure.guarding import Guarded, guard
from estimators.disclosure.profiles import Profile, profile
from estimators.disclosure.trees import guard_result

__all__ = ["Guarded", "Profile", "guard", "guard_result", "profile"]
