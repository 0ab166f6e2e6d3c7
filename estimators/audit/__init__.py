"""The main job: claims about the share reported, in several readings, against the figures that are published.

The names stand in ``__init__.pyi`` and load on first use: an audit that is only printed needs no plotting.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
