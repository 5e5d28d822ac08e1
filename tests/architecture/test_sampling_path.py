"""What decides an event computes with integers, from declared inputs only: the same bytes on every machine."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "footfall"
HIDDEN_INPUTS = {
    "time",
    "random",
    "locale",
    "os",
    "platform",
    "secrets",
    "socket",
    "uuid",
    "getpass",
}
PATH = sorted(
    [
        *(ROOT / "sim").rglob("*.py"),
        *(ROOT / "compiler").rglob("*.py"),
        *(ROOT / "model").rglob("*.py"),
    ]
)
DTYPES = "ndarray bool_ bytes_ dtype float64 iinfo inf int32 int64 int8 nan uint16 uint64 uint8"
MAKE = (
    "append arange array asarray ascontiguousarray broadcast_to concatenate empty "
    "frombuffer full full_like ones pad repeat split stack tile zeros"
)
FIND = (
    "any argmax argmin argsort bincount bitwise_count count_nonzero flatnonzero isnan lexsort "
    "searchsorted unique where take take_along_axis packbits datetime_as_string strings.add"
)
COMPARE = "clip equal greater greater_equal less less_equal maximum minimum not_equal"
# On integers exact; on float64 one operation, rounded as IEEE 754 says, never a sum of many.
COMPUTE = "abs add add.at add.reduceat cumsum diff floor floor_divide multiply negative remainder right_shift subtract"
COMPUTE += " true_divide trunc"
# IEEE 754 says how a root is rounded, and exponents are taken apart and put together without rounding.
COMPUTE += " frexp ldexp sqrt"
ALLOWED = {*DTYPES.split(), *MAKE.split(), *FIND.split(), *COMPARE.split(), *COMPUTE.split()}
SORTS_WITHOUT_EQUALS = {
    "np.argsort(self.at)",  # places, each once
    "np.argsort((times - first) * np.int64(len(group.persons)) + rows)",  # times rise strictly for one person
}
FLOAT_REDUCTIONS = {"mean", "std", "var", "dot", "prod", "trace", "nansum"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def numpy_names(tree: ast.AST) -> set[str]:
    names = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    inner = {name.rpartition(".")[0] for name in names}
    return {name.removeprefix("np.") for name in names - inner if name.startswith("np.")}


on_the_path = pytest.mark.parametrize("path", PATH, ids=lambda p: str(p.relative_to(ROOT)))


@on_the_path
def test_no_hidden_input(path):
    """No clock, generator, locale or environment reaches what decides an event."""
    assert imported(tree_of(path)) & HIDDEN_INPUTS == set()


@on_the_path
def test_numpy_functions_are_exact(path):
    """NumPy's log, exp and power differ between processors: only what is exact is called."""
    assert {name for name in numpy_names(tree_of(path)) if name not in ALLOWED} == set()


@on_the_path
def test_no_float_reductions(path):
    """Sums of floats depend on the order in which a processor adds: there are no means and no products of many."""
    called = {
        node.func.attr
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and hasattr(node.func, "attr")
    }
    assert called & FLOAT_REDUCTIONS == set()
    assert not any(isinstance(node, ast.MatMult) for node in ast.walk(tree_of(path)))


@on_the_path
def test_powers_are_of_whole_numbers(path):
    """`**` is for constants and Python's own integers and decimals, never for arrays."""
    powers = [
        node
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    ]
    assert [
        ast.unparse(node)
        for node in powers
        if not isinstance(node.left, ast.Constant | ast.Call)
    ] == []


@on_the_path
def test_sorts_are_stable(path):
    """Equal rows stay in order, whatever algorithm a processor prefers; where no two are equal, any sort will do."""
    sorts = [
        node
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and dotted(node.func).split(".")[-1] in {"argsort", "sort"}
    ]
    written = {ast.unparse(node) for node in sorts if "kind='stable'" not in ast.unparse(node)}
    assert written - SORTS_WITHOUT_EQUALS == set()
