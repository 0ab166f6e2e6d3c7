"""Files, whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path


def write(content: str | bytes, path: str | os.PathLike[str]) -> Path:
    """Write a file whole or not at all; its folder is made if it does not exist."""
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "expected a file, not a folder", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
