"""Read a table exactly as it was written, from a file or a DataFrame; what it means is decided in `checks`."""

import csv
import io
import numbers
import os
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from estimators.errors import DataError, Problem

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES = (".parquet", ".pq")
EXCEL_SUFFIXES = (".xlsx",)


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as written.

    Parameters
    ----------
    cells : pandas.DataFrame
        Trimmed text as written, or the number, date or truth value of a typed source; ``""`` where a cell is empty.
        The index is the row as a person counts it, 1 for the first row of data.
    label : str
        File name, or ``"DataFrame"``.
    decimal_comma : bool
        Whether a comma may stand for the decimal point.
    """

    cells: pd.DataFrame
    label: str
    decimal_comma: bool = False


def read_frame(source: str | os.PathLike[str] | pd.DataFrame, *, sheet: str | None = None) -> RawTable:
    """Read CSV, Parquet, Excel or a DataFrame, without interpreting a single cell.

    Parameters
    ----------
    source : str, os.PathLike or pandas.DataFrame
        A path ending in ``.csv``, ``.tsv``, ``.txt`` (UTF-8; separated by comma, semicolon or tab), ``.parquet``,
        ``.pq`` or ``.xlsx``; or a DataFrame, whose index is ignored.
    sheet : str, optional
        Name of the Excel sheet; the first one by default.

    Returns
    -------
    RawTable
        Wholly empty rows and nameless empty columns are left out; the numbering of rows still counts them.

    Raises
    ------
    DataError
        No such file, a folder, an unknown extension, an empty or unreadable file, text that is not UTF-8, rows of
        different lengths, two columns of one name.

    Examples
    --------
    >>> import pandas as pd
    >>> read_frame(pd.DataFrame({"area": [" MEX "], "value": ["<5"]})).cells.loc[1].to_dict()
    {'area': 'MEX', 'value': '<5'}
    """
    if isinstance(source, pd.DataFrame):
        _only_excel_has_sheets("DataFrame", sheet)
        return _tidy(source, [str(name) for name in source.columns], "DataFrame")
    if not isinstance(source, str | os.PathLike):
        raise _refusal("source", type(source).__name__, "a path or a pandas DataFrame")
    path = Path(source)
    suffix = path.suffix.lower()
    if path.is_dir():
        raise _refusal(path.name, str(path), "a file, not a folder")
    if suffix not in TEXT_SUFFIXES + PARQUET_SUFFIXES + EXCEL_SUFFIXES:
        raise _refusal(path.name, path.suffix, "a file ending in .csv, .tsv, .txt, .parquet, .pq or .xlsx")
    if not path.is_file():
        raise _refusal(path.name, str(path), "a file that exists")
    if suffix in EXCEL_SUFFIXES:
        return _read_excel(path, sheet)
    _only_excel_has_sheets(path.name, sheet)
    return _read_parquet(path) if suffix in PARQUET_SUFFIXES else _read_text(path)


def _refusal(place: str, value: str, expected: str, row: int | None = None, column: str | None = None) -> DataError:
    return DataError([Problem(place, row, column, value, expected)])


def _only_excel_has_sheets(label: str, sheet: str | None) -> None:
    if sheet is not None:
        raise _refusal(label, sheet, "no sheet: only an .xlsx file has sheets")


def _read_text(path: Path) -> RawTable:
    content = path.read_bytes()
    if not content.strip():
        raise _refusal(path.name, "", "a table: the file is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n")
        written = repr(content[error.start : error.start + 1])
        expected = "text in UTF-8: save the file again as 'CSV UTF-8'"
        raise _refusal(path.name, written, expected, row=row or None) from None
    if "\0" in text:
        raise _refusal(path.name, "\\0", "text in UTF-8, not UTF-16: save the file again as 'CSV UTF-8'")
    header = text.partition("\n")[0]
    if not header.strip():
        raise _refusal(path.name, header.strip(), "the names of the columns in the first line")
    separator = max(",;\t", key=header.count)
    try:
        names, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise _refusal(path.name, str(error), "quotation marks that are closed, and cells of ordinary length") from None
    ragged = [(number, len(row)) for number, row in enumerate(rows, 1) if len(row) not in (0, len(names))]
    if ragged:
        expected = f"{len(names)} cells, as in the header"
        raise DataError([Problem(path.name, number, None, f"{length} cells", expected) for number, length in ragged])
    blank = [""] * len(names)
    frame = pd.DataFrame([row or blank for row in rows], columns=range(len(names)), dtype=object)
    return _tidy(frame, names, path.name, decimal_comma=separator == ";")


def _read_parquet(path: Path) -> RawTable:
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (ValueError, OSError, NotImplementedError, TypeError, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise _refusal(path.name, reason, "a Parquet file that can be read") from None
    return _tidy(frame, [str(name) for name in frame.columns], path.name)


def _read_excel(path: Path, sheet: str | None) -> RawTable:
    rows = _excel_rows(path, sheet, calculated=True)
    if _has_formulas(path):
        _refuse_uncalculated(path, sheet, rows)
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise _refusal(path.name, sheet or "first sheet", "a table: the sheet is empty")
    width = max(len(row) for row in rows)
    names, *body = [(*row, *[None] * (width - len(row))) for row in rows]
    frame = pd.DataFrame(body, columns=range(width), dtype=object)
    return _tidy(frame, ["" if name is None else str(name) for name in names], path.name)


def _excel_rows(path: Path, sheet: str | None, *, calculated: bool) -> list[tuple[object, ...]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl's remarks about styles and validation lists
        try:
            book = load_workbook(path, read_only=True, data_only=calculated)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError, SyntaxError) as error:
            raise _refusal(path.name, str(error), "an Excel workbook (.xlsx) that can be read") from None
        try:
            names = [page.title for page in book.worksheets]
            if not names or (sheet is not None and sheet not in names):
                raise _refusal(path.name, sheet or "", f"a sheet among: {', '.join(names)}")
            page = book.worksheets[0 if sheet is None else names.index(sheet)]
            page.reset_dimensions()  # some writers state a size that is not the sheet's
            return list(page.iter_rows(values_only=True))
        finally:
            book.close()


def _has_formulas(path: Path) -> bool:
    """Look before reading twice, which is slow."""
    with zipfile.ZipFile(path) as parts:
        return any(re.search(rb"<f[ >/]", parts.read(name)) for name in parts.namelist() if "/worksheets/" in name)


def _refuse_uncalculated(path: Path, sheet: str | None, calculated: Sequence[tuple[object, ...]]) -> None:
    """Refuse formulas whose result was never saved: they read as empty cells, which would pass for missing figures."""
    written = _excel_rows(path, sheet, calculated=False)
    expected = "a number or text: this formula has no saved result; open and save the file in a spreadsheet first"
    problems = [
        Problem(path.name, number or None, str(name), str(formula), expected)
        for number, (results, formulas) in enumerate(zip(calculated, written, strict=False))
        for name, result, formula in zip(calculated[0], results, formulas, strict=False)
        if result is None and formula is not None
    ]
    if problems:
        raise DataError(problems)


def _tidy(frame: pd.DataFrame, names: Sequence[str], label: str, *, decimal_comma: bool = False) -> RawTable:
    """Trim every cell, drop what is empty, and number the rows from 1."""
    columns = []
    for position in range(len(names)):
        column = frame.iloc[:, position]
        present = column.notna().to_numpy()
        column = column.astype(object).where(present, "").set_axis(range(1, len(frame) + 1))
        columns.append(column.map(_trim))
    kept = [
        (name.strip(), column)
        for name, column in zip(names, columns, strict=True)
        if name.strip() or bool((column != "").any())
    ]
    trimmed = [name for name, _ in kept]
    twice = sorted({name for name in trimmed if trimmed.count(name) > 1})
    if twice:
        raise DataError([Problem(label, None, name, name, "a column name that occurs once") for name in twice])
    if not kept:
        raise _refusal(label, "", "a table: there are no columns")
    cells = pd.concat([column.rename(name) for name, column in kept], axis=1)
    return RawTable(cells.loc[(cells != "").any(axis=1)], label, decimal_comma)


def _trim(cell: object) -> object:
    """Trim text; keep numbers, truth values and dates; write anything else as text, to be refused as such."""
    if isinstance(cell, str):
        return cell.strip()
    return cell if isinstance(cell, numbers.Number | date | np.generic) else str(cell)
