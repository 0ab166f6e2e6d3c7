"""Estimate what is never recorded: hidden counts with their intervals, and what the figures cannot tell.

Estimators are values, `fit` is a verb, the posterior is the result. The public names stand in ``__init__.pyi`` and load on first
use, so that importing costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
