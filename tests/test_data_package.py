import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["table"])
VALIDATE = """
import sys
from frictionless import Package
report = Package(sys.argv[1]).validate()
for task in report.tasks:
    for error in task.errors[:5]:
        print(task.name, error.message)
for error in report.errors:
    print(error.message)
sys.exit(not report.valid)
"""


def validate(folder):
    # In a process of its own: frictionless and its dependencies warn, and warnings are errors here.
    command = [sys.executable, "-c", VALIDATE, str(folder / "datapackage.json")]
    return subprocess.run(command, capture_output=True, text=True)  # noqa: S603


def test_frictionless_accepts_the_package():
    result = validate(DATA)
    assert result.returncode == 0, result.stdout + result.stderr


def test_frictionless_sees_a_changed_table(tmp_path):
    small = tmp_path / "data"
    shutil.copytree(DATA, small, ignore=shutil.ignore_patterns("__pycache__"))
    table = small / "state_codes.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Salta", "Saltar"), encoding="utf-8")
    assert "state-codes" in validate(small).stdout


def test_describe_writes_the_same_package(tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "datapackage.json").unlink()
    command = [sys.executable, str(copy / "build.py"), "--describe"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    assert (copy / "datapackage.json").read_bytes() == (DATA / "datapackage.json").read_bytes()


@RESOURCES
def test_sizes_hashes_and_columns_are_those_of_the_file(resource):
    content = (DATA / resource["path"]).read_bytes()
    lines = content.decode("utf-8").splitlines()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["rows"] == len(lines) - 1
    assert lines[0].split(",") == [field["name"] for field in resource["schema"]["fields"]]
    assert b"\r" not in content
    assert "\ufffd" not in content.decode("utf-8")


@RESOURCES
def test_every_table_says_where_it_comes_from(resource):
    for key in ("title", "description", "publisher", "terms", "period", "unit", "retrieved"):
        assert resource[key].strip(), key
    assert resource["caveats"]
    assert all(caveat.strip() for caveat in resource["caveats"])
    assert all(field["description"] for field in resource["schema"]["fields"])


def test_every_table_is_described():
    assert {path.name for path in DATA.glob("*.csv")} == {resource["path"] for resource in PACKAGE["resources"]}


def test_no_place_of_one_machine_is_named():
    pattern = re.compile(r"\bshared\b|github:|/home/|/tmp/|/work/|/Users/|[A-Z]:\\")
    texts = {path.name: path.read_text(encoding="utf-8") for path in DATA.iterdir() if path.is_file()}
    assert not [name for name, text in texts.items() if pattern.search(text)]


def test_the_package_stays_small():
    assert sum(path.stat().st_size for path in DATA.iterdir() if path.is_file()) < 6_000_000
