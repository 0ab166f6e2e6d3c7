"""One table in every format reads the same; files that cannot be read say why."""

import pickle

import openpyxl
import pandas as pd
import pytest

from estimators.errors import DataError
from estimators.evidence import read_evidence
from estimators.evidence.files import read_frame

HEADER = ["area", "period_start", "period_end", "indicator", "value", "note"]
ROWS = [
    ["México", "2021-01-01", "2021-12-31", "victims_identified", "744", ""],
    ["NA", "2021-01-01", "2021-06-30", "victims_identified", "<5", "said, \"so\"; twice"],
    ["México", "2021-01-01", "2021-12-31", "detected_victims_rate", "0.59", "two\nlines"],
    ["México", "2022-01-01", "2022-12-31", "victims_identified", "", ""],
]  # fmt: skip


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=HEADER)


def typed_frame() -> pd.DataFrame:
    table = frame().astype({"value": object}).assign(value=[744, "<5", 0.59, None])
    return table.assign(**{name: pd.to_datetime(table[name]) for name in ("period_start", "period_end")})


def write_csv(path, separator=",", *, decimal=".", encoding="utf-8", end="\n"):
    table = frame()
    table["value"] = table["value"].str.replace(".", decimal, regex=False)
    path.write_bytes(table.to_csv(index=False, sep=separator, lineterminator=end).encode(encoding))
    return path


def write_excel(path):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for row in typed_frame().itertuples(index=False):
        cells = [None if cell == "" or cell is None else cell for cell in row]
        book.active.append([cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell for cell in cells])
    book.create_sheet("other").append(["unrelated"])
    book.save(path)
    return path


def write_parquet(path):
    table = typed_frame()
    table["value"] = ["744", "<5", "0.59", None]
    table.to_parquet(path)
    return path


WRITERS = {
    "comma": lambda folder: write_csv(folder / "a.csv"),
    "bom": lambda folder: write_csv(folder / "a.csv", encoding="utf-8-sig"),
    "tab": lambda folder: write_csv(folder / "a.tsv", "\t"),
    "semicolon, decimal comma": lambda folder: write_csv(folder / "a.csv", ";", decimal=","),
    "semicolon, decimal point": lambda folder: write_csv(folder / "A.CSV", ";"),
    "windows lines": lambda folder: write_csv(folder / "a.txt", ";", end="\r\n"),
    "excel": lambda folder: write_excel(folder / "a.xlsx"),
    "parquet": lambda folder: write_parquet(folder / "a.parquet"),
    "typed frame": lambda _: typed_frame(),
    "frame with an index": lambda _: frame().set_index(pd.Index([9, 9, 9, 9])),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_format_reads_as_the_same_evidence(write, tmp_path):
    evidence = read_evidence(write(tmp_path))
    assert evidence.hash == read_evidence(frame()).hash
    assert evidence.areas == ("México", "NA")
    assert evidence.table["note"].to_list()[1:3] == ['said, "so"; twice', "two\nlines"]


def test_a_decimal_comma_is_read_only_where_it_cannot_be_a_thousand(tmp_path):
    path = tmp_path / "a.csv"
    head = "area;period;indicator;value\n"
    path.write_text(head + "MEX;2021;detected_victims_rate;1,234\nMEX;2022;reported_share;4,5 %\n", encoding="utf-8")
    assert read_evidence(path).table["value"].to_list() == [1.234, 0.045]
    path.write_text(head + "MEX;2021;victims_identified;1,234\nMEX;2021;detected_victims_rate;1.234\n", "utf-8")
    with pytest.raises(DataError) as caught:
        read_evidence(path)
    assert [problem.value for problem in caught.value.problems] == ["1,234", "1.234"]
    assert all("without thousands marks" in problem.expected for problem in caught.value.problems)


def test_blank_lines_count_as_rows_and_are_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("area,period,indicator,value\n\n,,,\nMEX,2021,complaints,-1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.csv, row 3, column value: '-1'"):
        read_evidence(path)


def test_a_nameless_empty_column_is_left_out_and_a_nameless_full_one_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("area,period,indicator,value,\nMEX,2021,complaints,1,\n", encoding="utf-8")
    assert len(read_evidence(path).table) == 1
    path.write_text("area,period,indicator,value,\nMEX,2021,complaints,1,x\n", encoding="utf-8")
    with pytest.raises(DataError, match="a known column"):
        read_evidence(path)


def bad_bytes(name, content):
    def write(folder):
        (folder / name).write_bytes(content)
        return folder / name

    return write


HEAD = b"area,period,indicator,value\n"
UNREADABLE = {
    "no such file": (lambda folder: folder / "absent.csv", "absent.csv: .*expected a file that exists"),
    "folder": (lambda folder: folder, "not a folder"),
    "folder named as a table": (lambda folder: (folder / "x.csv").mkdir() or folder / "x.csv", "not a folder"),
    "pickle": (bad_bytes("a.pkl", pickle.dumps(frame())), "'.pkl': expected a file ending in .csv"),
    "old excel": (bad_bytes("a.xls", b"x"), "'.xls': expected a file ending in"),
    "no extension": (bad_bytes("table", HEAD), "a file ending in"),
    "empty": (bad_bytes("a.csv", b""), "the file is empty"),
    "blank": (bad_bytes("a.csv", b" \n\n"), "the file is empty"),
    "no header": (bad_bytes("a.csv", b"\n" + HEAD), "names of the columns in the first line"),
    "header only": (bad_bytes("a.csv", HEAD), "at least one row"),
    "latin-1": (bad_bytes("a.csv", HEAD + b"MEX,2021,complaints,1\nM\xe9xico,2021,complaints,1\n"), "row 2.*UTF-8"),
    "utf-16": (bad_bytes("a.csv", "area,value".encode("utf-16")), "UTF-8"),
    "utf-16 without mark": (bad_bytes("a.csv", "area,value".encode("utf-16-le")), "not UTF-16"),
    "short row": (bad_bytes("a.csv", HEAD + b"MEX,2021,complaints\n"), "row 1: '3 cells': expected 4 cells"),
    "long row": (bad_bytes("a.csv", HEAD + b"\nMEX,2021,complaints,1,234\n"), "row 2: '5 cells': expected 4 cells"),
    "open quote": (bad_bytes("a.csv", HEAD + b'"MEX,2021,complaints,1\n'), "quotation marks"),
    "same column twice": (bad_bytes("a.csv", b"area,value, area\n1,2,3\n"), "column area.*occurs once"),
    "not excel": (bad_bytes("a.xlsx", b"PK not a zip"), "Excel workbook"),
    "not parquet": (bad_bytes("a.parquet", b"PAR1 nothing"), "Parquet file that can be read"),
}


@pytest.mark.parametrize(("write", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_says_why(write, message, tmp_path):
    with pytest.raises(DataError, match=message):
        read_evidence(write(tmp_path))


def test_frames_with_one_name_twice_are_refused():
    with pytest.raises(DataError, match=r"DataFrame, column area.*occurs once"):
        read_evidence(pd.concat([frame(), frame()[["area"]]], axis=1))


def test_other_sources_are_refused():
    with pytest.raises(DataError, match="'list': expected a path or a pandas DataFrame"):
        read_evidence([1, 2])


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = write_excel(tmp_path / "a.xlsx")
    assert list(read_frame(path, sheet="other").cells.columns) == ["unrelated"]
    with pytest.raises(DataError, match="'more': expected a sheet among: Sheet, other"):
        read_evidence(path, sheet="more")
    with pytest.raises(DataError, match=r"only an \.xlsx file has sheets"):
        read_evidence(write_csv(tmp_path / "a.csv"), sheet="other")


def test_an_empty_sheet_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="the sheet is empty"):
        read_evidence(tmp_path / "a.xlsx")


def test_a_formula_without_a_saved_result_is_not_a_missing_figure(tmp_path):
    book = openpyxl.load_workbook(write_excel(tmp_path / "a.xlsx"))
    book.active["E2"] = "=700+44"
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(DataError, match=r"b\.xlsx, row 1, column value: '=700\+44': .*no saved result"):
        read_evidence(tmp_path / "b.xlsx")
