"""The direction of imports and the house rules that a syntax tree can show."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "estimators"

# Room: rooms it may import, libraries it may import. ARCHITECTURE.md repeats this table; a test compares the two.
ROOMS = {
    "errors": ("", ""),
    "numbers": ("", ""),
    "provenance": ("", ""),
    "numeric": ("", "numpy scipy"),
    "priors": ("numeric errors", "numpy scipy pandas"),
    "evidence": ("errors", "numpy scipy pandas xarray pyarrow openpyxl"),
    "datasets": ("lists evidence errors", "numpy pandas"),
    "counts": ("numeric priors evidence numbers errors", "numpy scipy xarray pymc pytensor"),
    "synthesis": ("numeric priors evidence errors", "numpy scipy pandas xarray pymc pytensor"),
    "lists": ("numeric priors evidence numbers errors", "numpy scipy pandas xarray"),
    "record": ("priors", "numpy xarray"),
    "inference": ("priors provenance record sampling errors", "numpy pandas xarray pymc"),
    "sampling": ("errors", "numpy xarray pymc nutpie"),
    "projection": (
        "numeric priors evidence inference sampling numbers errors",
        "numpy pandas xarray threadpoolctl",
    ),
    "diagnostics": ("numeric numbers errors", "numpy scipy pandas xarray arviz"),
    "execution": ("provenance errors", "numpy scipy pandas xarray tqdm distributed threadpoolctl"),
    "calibration": (
        "execution inference sampling counts diagnostics evidence numeric errors",
        "numpy scipy pandas xarray arviz_stats pymc pytensor",
    ),
    "comparison": ("lists inference diagnostics numbers errors", "numpy pandas"),
    "checks": (
        "execution synthesis sampling diagnostics evidence numeric numbers errors",
        "numpy scipy pandas xarray arviz tqdm",
    ),
    "screening": ("diagnostics evidence numeric errors", "numpy scipy pandas"),
    "disclosure": ("diagnostics errors", "numpy scipy pandas xarray"),
    "results": ("diagnostics errors", "numpy pandas xarray arviz"),
    "plots": ("diagnostics results numbers errors", "numpy pandas xarray matplotlib"),
    "rendering": ("plots numbers errors", "numpy jinja2 matplotlib babel typst docx"),
    "reports": ("rendering plots disclosure diagnostics results numbers errors", "numpy pandas xarray"),
    "audit": (
        "reports rendering results diagnostics inference counts priors evidence datasets numbers errors",
        "numpy pandas xarray tqdm",
    ),
    "cli": (
        "audit reports rendering results plots calibration comparison lists projection diagnostics inference counts priors evidence "
        "datasets provenance numbers errors",
        "numpy pandas xarray tqdm",
    ),
}
SLOW_TO_IMPORT = {"pymc", "arviz", "nutpie", "pytensor", "numba"}
EXECUTES_DATA = {"pickle", "cPickle", "joblib", "dill", "cloudpickle", "marshal", "shelve"}
LONGEST_FILE = 250

modules = sorted(PACKAGE.rglob("*.py"))
shipped = [
    *modules,
    *sorted(path for folder in ("data", "experiments", "benchmarks") for path in (ROOT / folder).rglob("*.py")),
]
by_path = pytest.mark.parametrize("path", modules, ids=lambda path: str(path.relative_to(PACKAGE)))


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room_of(path):
    """The room a module belongs to; the package's own ``__init__`` is none."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return None if first == "__init__" else first


def imported(node, path):
    """Full dotted names that an import statement brings in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.level:
        parent = path.relative_to(ROOT).parts[: -node.level]
        base = ".".join((*parent, node.module) if node.module else parent)
    else:
        base = node.module
    return [f"{base}.{alias.name}" for alias in node.names]


def imports(tree, path):
    return [
        (node, name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported(node, path)
    ]


def run_on_import(node):
    """Nodes that run when the module is imported: not function bodies, not what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from run_on_import(child)


def public_definitions(tree):
    """Functions and classes without a leading underscore, and the methods of those classes."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                methods = (part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))
                yield from (
                    method for method in methods if not method.name.startswith("_") or method.name == "__init__"
                )


@by_path
def test_imports_go_one_way(path):
    room = room_of(path)
    if room is None:
        return
    rooms, libraries = (set(words.split()) for words in ROOMS[room])
    if path.name == "__init__.py":
        libraries.add("lazy_loader")
    wrong = []
    for node, name in imports(parsed(path), path):
        first, *rest = name.split(".")
        if first == "estimators":
            allowed = bool(rest) and rest[0] in rooms | {room}
        else:
            allowed = first in libraries or first in sys.stdlib_module_names
        if not allowed:
            wrong.append(f"line {node.lineno}: {room} imports {name}")
    assert not wrong


@by_path
def test_slow_libraries_load_inside_functions(path):
    nodes = [node for node in run_on_import(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom)]
    slow = [
        f"line {node.lineno}: {name}"
        for node in nodes
        for name in imported(node, path)
        if name.split(".")[0] in SLOW_TO_IMPORT
    ]
    assert not slow


@pytest.mark.parametrize("path", shipped, ids=lambda path: str(path.relative_to(ROOT)))
def test_data_are_never_executed(path):
    tree = parsed(path)
    found = [name for _, name in imports(tree, path) if name.split(".")[0] in EXECUTES_DATA]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
            found.append(f"line {node.lineno}: {node.func.id}")
        if isinstance(node, ast.Attribute) and node.attr in ("read_pickle", "to_pickle"):
            found.append(f"line {node.lineno}: {node.attr}")
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found.append(f"line {node.value.lineno}: allow_pickle")
    assert not found


@by_path
def test_nothing_prints_but_the_command_line(path):
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert room_of(path) == "cli" or not [node.lineno for node in calls if node.func.id == "print"]


@by_path
def test_public_signatures_name_every_argument(path):
    functions = [node for node in public_definitions(parsed(path)) if not isinstance(node, ast.ClassDef)]
    assert not [node.name for node in functions if node.args.vararg or node.args.kwarg]


@by_path
def test_public_names_have_docstrings(path):
    tree = parsed(path)
    assert ast.get_docstring(tree), "the module has none"
    named = [node for node in public_definitions(tree) if node.name != "__init__"]
    assert not [node.name for node in named if not ast.get_docstring(node)]


@by_path
def test_files_stay_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines: split it along its ideas"


@pytest.mark.parametrize("folder", ["data", "tests", "experiments", "benchmarks", "docs"])
def test_folders_that_are_no_packages(folder):
    assert not [str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("__init__.py")]


def test_table_lists_every_room():
    names = {
        path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix == ".py" or list(path.glob("*.py"))
    }
    assert set(ROOMS) == names - {"__init__"}


def test_architecture_repeats_the_table():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition("\n## Rooms\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")
    ]
    words = {row[0].strip("`"): tuple(" ".join(re.findall(r"[\w]+", cell)) for cell in row[2:4]) for row in rows}
    assert words == ROOMS


def test_architecture_lists_every_folder():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition("\n## Folders\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)/` \|", section, flags=re.MULTILINE))
    made = {"build", "dist", "results"}  # by commands, and not in the repository
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in made and path.name[0] != "."]
    assert listed == {path.name for path in folders if any(path.glob("*.*"))}
