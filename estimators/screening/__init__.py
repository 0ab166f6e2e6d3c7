"""What a table of figures says before any model: levels that break, sources that disagree."""

from estimators.screening.breaks import break_odds, find_breaks
from estimators.screening.disagreement import disagreements

__all__ = ["break_odds", "disagreements", "find_breaks"]
