"""The name of a value: equal for equal assumptions and figures, in any process and on any machine."""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from enum import Enum
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from estimators.errors import ModelError


def fingerprint(value: Any) -> str:
    """SHA-256 of a value, in hexadecimal.

    Parameters
    ----------
    value : object
        Plain values, sequences, mappings, sets, dataclasses, arrays, sparse ones too, frames, datasets, results, named functions and
        classes, and objects with a string ``hash`` of their own, such as evidence.

    Raises
    ------
    ModelError
        If something in it is none of these: its name could differ from one process to the next.

    Examples
    --------
    >>> import estimators as est
    >>> fingerprint(est.Claim("1 in 100")) == fingerprint(est.Claim("1 in 100")) != fingerprint(est.Claim("1 in 99"))
    True
    """
    digest = hashlib.sha256()
    for piece in _pieces(value):
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()


@cache
def code_fingerprint() -> str:
    """SHA-256 of the source of this package: what is computed by other code is not the same run."""
    root = Path(__file__).resolve().parent.parent
    files = sorted(root.rglob("*.py"))
    return fingerprint([(path.relative_to(root).as_posix(), path.read_bytes()) for path in files])


def _pieces(value: Any) -> Iterator[bytes]:
    if value is None or isinstance(value, bool | int | float | complex | str | bytes | np.generic):
        yield _scalar(value)
    elif isinstance(value, np.ndarray):
        yield from _array(value)
    elif sparse.issparse(value):
        yield from _sparse(value)
    elif isinstance(getattr(value, "hash", None), str):
        yield from (_name(type(value)), value.hash.encode())
    elif isinstance(value, xr.DataTree | xr.Dataset | xr.DataArray | pd.DataFrame | pd.Series | pd.Index):
        yield from _labelled(value)
    elif isinstance(value, Enum):
        yield from (_name(type(value)), value.name.encode())
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield _name(type(value))
        yield from _mapping({each.name: getattr(value, each.name) for each in dataclasses.fields(value)})
    elif isinstance(value, np.random.SeedSequence):
        yield from _mapping({"entropy": value.entropy, "spawn_key": value.spawn_key, "pool_size": value.pool_size})
    elif isinstance(value, Mapping):
        yield from _mapping(value)
    elif isinstance(value, Set):
        yield from (b"set", *(item.encode() for item in sorted(fingerprint(item) for item in value)))
    elif isinstance(value, Sequence):
        yield from (b"sequence", str(len(value)).encode())
        for item in value:
            yield from _pieces(item)
    elif isinstance(value, type | FunctionType) and "<" not in value.__qualname__:
        yield _name(value)
    else:
        text = "expected values, sequences, mappings, dataclasses, arrays, tables and named functions"
        raise ModelError(f"a {type(value).__module__}.{type(value).__qualname__} has no lasting name: {text}")


def _scalar(value: Any) -> bytes:
    plain = value.item() if isinstance(value, np.generic) else value
    return f"{type(plain).__name__}:".encode() + (plain if isinstance(plain, bytes) else repr(plain).encode())


def _name(value: Any) -> bytes:
    return f"{value.__module__}.{value.__qualname__}".encode()


def _mapping(value: Mapping[Any, Any]) -> Iterator[bytes]:
    """Entries in their order: of streams and priors it matters."""
    yield from (b"mapping", str(len(value)).encode())
    for key, item in value.items():
        yield from _pieces(key)
        yield from _pieces(item)


def _array(value: np.ndarray[Any, Any]) -> Iterator[bytes]:
    yield from (b"array", str(value.shape).encode())
    if value.dtype.kind in "OTU":
        for item in value.ravel().tolist():
            yield from _pieces(item)
    else:
        yield from (value.dtype.str.encode(), np.ascontiguousarray(value).tobytes())


def _sparse(value: Any) -> Iterator[bytes]:
    found = value.tocsr(copy=True)
    found.sum_duplicates()
    row, column = found.indptr.astype(np.int64), found.indices.astype(np.int64)
    yield from _mapping({"shape": found.shape, "row": row, "column": column, "value": found.data})


def _labelled(value: Any) -> Iterator[bytes]:
    yield type(value).__name__.encode()
    if isinstance(value, xr.DataTree):
        for node in value.subtree:
            yield node.path.encode()
            yield from _labelled(node.to_dataset())
    elif isinstance(value, xr.Dataset | xr.DataArray):
        dataset = value if isinstance(value, xr.Dataset) else value.to_dataset(name="value")
        for name in sorted(str(each) for each in dataset.variables):
            variable = dataset.variables[name]
            yield from (name.encode(), repr(variable.dims).encode())
            yield from _array(variable.values)
    elif isinstance(value, pd.DataFrame):
        for name in value.columns:
            yield str(name).encode()
            yield from _array(value[name].to_numpy())
        yield from _array(value.index.to_numpy())
    else:
        yield from _array(value.to_numpy())
