"""Results on disk: written whole or not at all, and read with distrust."""

import errno
import os
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

from estimators.errors import DataError, Problem

SCHEMA = 1  # of the groups and what they hold; raised when a reader of today could not make sense of them
LARGEST = 16 * 2**30  # bytes in memory that a file may ask for
EXPECTED = "a netCDF file written by estimators.save"
CELLS = {"area", "period"}


def save(post: xr.DataTree, path: str | os.PathLike[str]) -> Path:
    """Write a result to netCDF, whole or not at all.

    Parameters
    ----------
    post : xarray.DataTree
        A result of `estimators.fit`.
    path : path
        File to write; replaced if it exists, its folder made if it does not.

    Returns
    -------
    pathlib.Path
        The file.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "expected a file, not a folder", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    marked = post.copy()
    marked.attrs = {**post.attrs, "schema": SCHEMA}
    try:
        marked.to_netcdf(name, engine="h5netcdf")
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def load(path: str | os.PathLike[str]) -> xr.DataTree:
    """Read a result written by `save`.

    Raises
    ------
    DataError
        If there is no such file, it is damaged, of a newer version, not a result, or asks for more memory than any result needs.
    """
    if not Path(path).is_file():
        raise _refusal(path, None, "no such file")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            _check(tree, path)
            post = tree.load()
    except DataError:
        raise
    except Exception as error:  # whatever a damaged or hostile file makes the reader raise
        raise _refusal(path, None, type(error).__name__) from error
    attributes = {name: value.item() if isinstance(value, np.generic) else value for name, value in post.attrs.items()}
    post.attrs = {name: value for name, value in attributes.items() if name != "schema"}
    return post


def _refusal(path: str | os.PathLike[str], place: str | None, value: object, expected: str = EXPECTED) -> DataError:
    return DataError([Problem(str(path), None, place, str(value), expected)])


def _check(tree: xr.DataTree, path: str | os.PathLike[str]) -> None:
    """Refuse what is no result, before anything but names and sizes is read.

    Raises
    ------
    DataError
        Naming group and variable.
    """
    if "estimator" not in tree.attrs or "observed_data" not in tree.children:
        raise _refusal(path, None, "no estimator recorded")
    for name, value in tree.attrs.items():
        if not isinstance(value, str | int | float | np.integer | np.floating):
            raise _refusal(path, f"attribute {name}", type(value).__name__, "text or a number")
    schema = tree.attrs.get("schema", SCHEMA)
    if not isinstance(schema, int | np.integer) or schema > SCHEMA:
        raise _refusal(
            path, "attribute schema", schema, f"at most {SCHEMA}: the file was written by a newer version of darkfigure"
        )
    bytes_wanted = sum(variable.nbytes for node in tree.subtree for variable in node.to_dataset().variables.values())
    if bytes_wanted > LARGEST:
        raise _refusal(path, None, f"{bytes_wanted / 2**30:,.0f} GiB", f"at most {LARGEST / 2**30:.0f} GiB")
    _check_group(tree["observed_data"].to_dataset(), "observed_data", ("reported",), CELLS, path)
    if "posterior" in tree.children:
        posterior = tree["posterior"].to_dataset()
        _check_group(posterior, "posterior", tuple(map(str, posterior.data_vars)), {"chain", "draw"}, path)


def _check_group(
    group: xr.Dataset, name: str, variables: tuple[str, ...], dims: set[str], path: str | os.PathLike[str]
) -> None:
    """Numbers over the dims that belong to the group."""
    for variable in variables:
        place = f"{name}/{variable}"
        if variable not in group:
            raise _refusal(path, place, "missing", "a variable of every result")
        if group[variable].dtype.kind not in "fiub":
            raise _refusal(path, place, group[variable].dtype, "numbers")
        if not dims <= set(map(str, group[variable].dims)):
            raise _refusal(
                path, place, " × ".join(map(str, group[variable].dims)), f"dims with {' and '.join(sorted(dims))}"
            )
