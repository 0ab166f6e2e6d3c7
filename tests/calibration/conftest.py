"""Toys lie beside the tests, where workers can import them too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
