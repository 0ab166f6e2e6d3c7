"""``python -m estimators.cli``."""

from estimators.cli import main

raise SystemExit(main())
