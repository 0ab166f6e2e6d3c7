"""What is needed to make a result again: versions and revision, as plain strings."""

import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

RECORDED = ("numpy", "scipy", "xarray", "pandas", "pymc", "nutpie", "arviz")


@cache
def package_version() -> str:
    """Version of the installed distribution."""
    try:
        return metadata.version("darkfigure")
    except metadata.PackageNotFoundError:
        return "unknown (not installed)"


@cache
def revision() -> str:
    """Git revision of the checkout this package runs from, ``"not a checkout"`` when it was installed from a wheel."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return "not a checkout"
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries that shape a result."""
    found = {
        "darkfigure_version": package_version(),
        "git_revision": revision(),
        "python_version": sys.version.split()[0],
    }
    return found | {f"{name}_version": _version(name) for name in RECORDED}


@cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
