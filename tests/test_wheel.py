"""The wheel alone is enough: installed by itself, used from an empty folder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = os.environ.get("UV") or shutil.which("uv")

LOAD_AND_FIT = """
import sys
from pathlib import Path

import estimators as est

assert Path(est.__file__).is_relative_to(sys.argv[1]), est.__file__
names = est.datasets.catalogue()["name"]
assert len(names) > 20 and all(len(est.datasets.load(name)) for name in names)
post = est.fit(est.Multiplier(est.Claim("1 in 100", within=3)), est.datasets.mexico(), seed=1)
print(int(post["quantiles"]["true_count"].sel(probability=0.5, period="2022").item()))
"""
AUDIT = """
from estimators.cli import main

raise SystemExit(main(["audit", "--claim", "1 in 100", "--within", "3", "--reported", "494", "--json"]))
"""


def run(*command, cwd, **environment):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(  # noqa: S603
        command, cwd=cwd, env=inherited | environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    assert UV, "uv is not on the path; `uv run pytest` provides it"
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    target = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--no-deps", "--python", sys.executable, "--target", str(target))
    run(UV, "pip", "install", *options, str(wheel), cwd=target)
    return target


def test_wheel_holds_the_package_and_its_data_only(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"estimators", "darkfigure-0.1.0.dist-info"}
    for name in ("py.typed", "__init__.pyi", "_data/datapackage.json"):
        assert f"estimators/{name}" in names
    tables = {path.name for path in (ROOT / "data").glob("*.csv")}
    words = "estimators/rendering/words/"  # sentences in three languages
    assert tables == {name.rpartition("/")[2] for name in names if name.endswith(".csv") and not name.startswith(words)}


def test_wheel_loads_its_data_and_fits(installed, tmp_path):
    out = run(sys.executable, "-c", LOAD_AND_FIT, str(installed), cwd=tmp_path, PYTHONPATH=str(installed))
    assert int(out) == pytest.approx(100 * 942, rel=0.01)


def test_wheel_answers_on_the_command_line(installed, tmp_path):
    answer = json.loads(run(sys.executable, "-c", AUDIT, cwd=tmp_path, PYTHONPATH=str(installed)))
    assert answer["verdict"] == "unauditable"
    assert answer["true_count"]["median"] == pytest.approx(49_351, rel=1e-3)
    assert list(tmp_path.iterdir()) == []
