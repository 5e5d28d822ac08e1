"""Compiles expressions over declared names and evaluates them for one person or several, without a simulation."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np

from footfall.compiler.catalogues import compile_catalogues
from footfall.compiler.event_memories import EventMemories
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.moments import Moments
from footfall.compiler.symbols import Columns, ListVariable, Scope, Texts, TypeOf, Variable
from footfall.errors import Problems, SourceLocation
from footfall.model import builtins
from footfall.model.values import DTYPES, NULLS, is_null
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import Catalogue
from footfall.sim.civil_days import CivilDays
from footfall.sim.evaluate import evaluate
from footfall.units import DAY_MS

HERE = SourceLocation("x.yaml", 1, 1)
STAGES = ("visitor", "cart", "customer")
EVENTS = ("Order Completed", "Paid")
NOW_MS = round(dt.datetime(2026, 3, 4, 15, 30, tzinfo=dt.UTC).timestamp() * 1000)  # a Wednesday
MOMENTS = Moments(dt.date(2026, 3, 1), "Europe/Paris")
CATALOGUES = (
    Catalogue(
        "cities",
        HERE,
        ("city", "country", "time_zone", "size"),
        ("text", "text", "text", "integer"),
        (("Paris", "FR", "UTC", 3), ("Lyon", "FR", "UTC", None)),
        None,
    ),
    Catalogue(
        "product",
        HERE,
        ("sku", "price", "stock"),
        ("text", "money", "integer"),
        (("a", 1, 3), ("b", 20, None)),
        None,
    ),
    Catalogue("tag", HERE, ("tag",), ("text",), (("red",), ("green",)), None, is_scalar=True),
)
DEVICES = Catalogue(
    "device kinds", HERE, ("platform", "os_name"), ("text", "text"), (("web", None),), None
)


class World:
    """Names of given kinds and values; one person, or as many as a value has elements.

    Args:
        values: Name → (kind, value) with None for null; a list of kind `[kind]` or `{field: kind}`.
    """

    def __init__(self, **values):
        self.texts, self.columns, self.problems = Texts(), Columns(), Problems()
        tables, self.table_columns = compile_catalogues((*CATALOGUES, DEVICES), self.texts, 2)
        devices = tables.pop("device kinds")
        for stage in STAGES:
            self.texts.code(stage)
        self.typer = Typer(
            self.texts,
            tables,
            "cities",
            devices,
            STAGES,
            2,
            MOMENTS,
            EventMemories(self.columns, EVENTS),
            self.problems,
        )
        self.state = {
            builtins.HOME: np.array([0]),
            builtins.STAGE: np.array([1]),
            builtins.VISITS: np.array([4]),
        }
        self.state |= {
            builtins.KNOWN: np.array([0]),
            builtins.PERSON: np.array([17]),
            builtins.DEVICE_KIND: np.array([0]),
        }
        self.names = {
            name: self._declared(name, kind, value) for name, (kind, value) in values.items()
        }
        self.model = SimpleNamespace(
            stage_codes=np.array([self.texts.code(s) for s in STAGES]), start_ms=NOW_MS - 10**9
        )

    def _declared(self, name, kind, value):
        if isinstance(kind, str):
            return Variable(
                name,
                self._type(kind),
                self._column(name, kind, np.array([self._cell(kind, value)])),
            )
        fields = {"": kind[0]} if isinstance(kind, list) else kind
        rows = [[v] if isinstance(kind, list) else [v[f] for f in fields] for v in value]
        variables = {}
        for number, (field, of) in enumerate(fields.items()):
            cells = [self._cell(of, row[number]) for row in rows] + [
                NULLS[self._type(of).kind]
            ] * (4 - len(rows))
            column = self._column(f"{name}.{field}", of, np.array([cells]))
            variables[field] = Variable(field, self._type(of), column)
        length = self._column(f"{name}.count", "integer", np.array([len(value)]))
        return ListVariable(name, length, variables, 4)

    def _type(self, kind):
        return TypeOf("row", kind) if kind in ("product", "tag", "cities") else TypeOf(kind)

    def _column(self, name, kind, cells):
        number = self.columns.add(name, self._type(kind).kind)
        self.state[number] = cells.astype(DTYPES[self._type(kind).kind])
        return number

    def _cell(self, kind, value):
        kind = self._type(kind).kind
        if value is None:
            return NULLS[kind]
        return self.texts.code(value) if kind == "text" else value

    # --- what evaluation asks for ------------------------------------------------------------------------------------

    def load(self, column):
        if column not in self.state:  # what is remembered of events: of none
            of = self.columns.all()[column]
            self.state[column] = np.full((1, of.width) if of.width else 1, of.start)
        return self.state[column]

    def table(self, number):
        return self.table_columns[number].values

    def now_ms(self):
        return np.array([NOW_MS])

    def local_ms(self, times_ms=None):
        return np.array([NOW_MS]) if times_ms is None else times_ms

    def civil_days(self):
        return CivilDays(np.array(["FR"]), ())

    def utc_ms(self, local_ms):
        return local_ms

    def arrived_ms(self):
        return np.array([NOW_MS - 3 * DAY_MS])

    # --- what tests ask for ------------------------------------------------------------------------------------------

    def compiled(self, text, wanted=None):
        """Return the operation, or None when something is wrong with it: then `problems` says what."""
        return self.typer.compile(
            Expression(text, HERE), Scope((self.names,)), wanted and TypeOf(wanted)
        )

    def value(self, text, wanted=None):
        """Return an expression's value: None for null, a text for a code, bool for a boolean."""
        op = self.compiled(text, wanted)
        assert op is not None, self.problems.found
        result = np.broadcast_to(evaluate(op, self), (1,))[0]
        if op.kind == "boolean":
            return bool(result == 1)
        if bool(is_null(op.kind, result)):
            return None
        return self.texts.all()[result] if op.kind == "text" else result.item()

    def refusal(self, text, wanted=None):
        """Return what is said about a wrong expression."""
        self.problems = self.typer.problems = Problems()
        assert self.compiled(text, wanted) is None
        return "\n".join(str(problem) for problem in self.typer.problems.found)
