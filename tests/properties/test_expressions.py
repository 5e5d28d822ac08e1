"""Random expressions against plain Python with the documented rules of null, zero and money."""

import math
from dataclasses import dataclass

import hypothesis.strategies as st
from hypothesis import given, settings

from tests.evaluated import World
from tests.thoroughness import n_examples

RARELY = 4


@dataclass(frozen=True)
class Case:
    """An expression, and what it is worth: None for null."""

    text: str
    value: object


def half_up(value):
    return None if value is None else math.floor(value + 0.5)


def lifted(function, *values):
    """Apply a function unless a value is null."""
    return None if None in values else function(*values)


def divided(a, b):
    return lifted(lambda a, b: a / b if b else None, a, b)


def as_number(value):
    return lifted(float, value)


class Expressions:
    """Draws expressions of a kind over the names of `values`, with what they are worth."""

    def __init__(self, draw, values):
        self.draw, self.values = draw, values

    def of(self, kind, depth):
        if depth == 0 or self.draw(st.integers(0, RARELY)) == 0:
            return self._leaf(kind)
        return self.draw(st.sampled_from(getattr(self, f"_{kind}")()))(depth - 1)

    def _leaf(self, kind):
        name = self.draw(
            st.sampled_from([n for n, (of, _) in self.values.items() if of == kind])
        )
        return Case(name, self.values[name][1])

    # --- by kind -----------------------------------------------------------------------------------------------------

    def _integer(self):
        return [
            self._same("integer", "+", lambda a, b: a + b),
            self._same("integer", "-", lambda a, b: a - b),
            self._same("integer", "*", lambda a, b: a * b),
            self._floor_quotient,
            self._rest,
            self._minus("integer"),
            self._abs("integer"),
            self._choice("integer"),
            self._coalesce("integer"),
            self._extreme("integer", "min", min),
            self._extreme("integer", "max", max),
            self._round,
            self._literal,
        ]

    def _number(self):
        return [
            self._mixed("number", "integer", "+", lambda a, b: a + b),
            self._same("number", "-", lambda a, b: a - b),
            self._mixed("number", "integer", "*", lambda a, b: a * b),
            self._ratio("number", "number"),
            self._ratio("integer", "integer"),
            self._ratio("money", "money"),
            self._minus("number"),
            self._abs("number"),
            self._choice("number"),
            self._coalesce("number"),
            self._extreme("number", "max", max),
        ]

    def _money(self):
        return [
            self._same("money", "+", lambda a, b: a + b),
            self._same("money", "-", lambda a, b: a - b),
            self._mixed("money", "integer", "*", lambda a, b: a * b),
            self._money_times_number,
            self._money_over_number,
            self._major,
            self._minus("money"),
            self._choice("money"),
            self._coalesce("money"),
        ]

    def _boolean(self):
        logic = [
            self._logic("and", lambda a, b: a is True and b is True),
            self._logic("or", lambda a, b: a is True or b is True),
        ]
        signs = {
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            "==": lambda a, b: a == b,
            "!=": lambda a, b: a != b,
        }
        compared = [
            self._compared(kind, sign, f)
            for kind in ("integer", "number", "money")
            for sign, f in signs.items()
        ]
        texts = [self._compared("text", sign, signs[sign]) for sign in ("==", "!=")]
        return [
            *logic,
            *compared,
            *texts,
            self._not,
            self._is_null,
            self._one_of,
            self._between,
        ]

    def _text(self):
        return [self._choice("text"), self._coalesce("text")]

    # --- shapes ------------------------------------------------------------------------------------------------------

    def _same(self, kind, sign, function):
        return self._mixed(kind, kind, sign, function)

    def _mixed(self, kind, other, sign, function):
        def make(depth):
            a, b = self.of(kind, depth), self.of(other, depth)
            return Case(f"({a.text} {sign} {b.text})", lifted(function, a.value, b.value))

        return make

    def _rest(self, depth):
        a, b = self.of("integer", depth), self.of("integer", depth)
        if a.value is None and b.value == -1:  # as below
            return a
        return Case(
            f"({a.text} % {b.text})",
            lifted(lambda a, b: a % b if b else None, a.value, b.value),
        )

    def _floor_quotient(self, depth):
        a, b = self.of("integer", depth), self.of("integer", depth)
        if (
            a.value is None and b.value == -1
        ):  # null is the least int64: NumPy warns, and the result is null
            return a
        return Case(
            f"({a.text} // {b.text})",
            lifted(lambda a, b: a // b if b else None, a.value, b.value),
        )

    def _ratio(self, kind, other):
        def make(depth):
            a, b = self.of(kind, depth), self.of(other, depth)
            return Case(
                f"({a.text} / {b.text})", divided(as_number(a.value), as_number(b.value))
            )

        return make

    def _money_times_number(self, depth):
        a, b = self.of("money", depth), self.of("number", depth)
        return Case(
            f"({a.text} * {b.text})",
            half_up(lifted(lambda a, b: float(a) * b, a.value, b.value)),
        )

    def _money_over_number(self, depth):
        a, b = self.of("money", depth), self.of("number", depth)
        return Case(f"({a.text} / {b.text})", half_up(divided(as_number(a.value), b.value)))

    def _major(self, depth):
        a, b = self.of("money", depth), self.of("integer", depth)
        return Case(
            f"({a.text} + {b.text})", lifted(lambda a, b: a + b * 100, a.value, b.value)
        )

    def _minus(self, kind):
        def make(depth):
            a = self.of(kind, depth)
            return Case(f"(-{a.text})", lifted(lambda a: -a, a.value))

        return make

    def _abs(self, kind):
        def make(depth):
            a = self.of(kind, depth)
            return Case(f"abs({a.text})", lifted(abs, a.value))

        return make

    def _round(self, depth):
        a = self.of("number", depth)
        return (
            Case(f"round({a.text})", half_up(a.value))
            if abs(a.value or 0) < 1e15
            else self._leaf("integer")
        )

    def _literal(self, _depth):
        number = self.draw(st.integers(0, 20))
        return Case(str(number), number)

    def _extreme(self, kind, name, function):
        def make(depth):
            a, b = self.of(kind, depth), self.of(kind, depth)
            return Case(f"{name}({a.text}, {b.text})", lifted(function, a.value, b.value))

        return make

    def _choice(self, kind):
        def make(depth):
            condition, a, b = (
                self.of("boolean", depth),
                self.of(kind, depth),
                self.of(kind, depth),
            )
            return Case(
                f"({a.text} if {condition.text} else {b.text})",
                a.value if condition.value is True else b.value,
            )

        return make

    def _coalesce(self, kind):
        def make(depth):
            a, b = self.of(kind, depth), self.of(kind, depth)
            return Case(
                f"coalesce({a.text}, {b.text})", b.value if a.value is None else a.value
            )

        return make

    def _logic(self, word, function):
        def make(depth):
            a, b = self.of("boolean", depth), self.of("boolean", depth)
            return Case(f"({a.text} {word} {b.text})", function(a.value, b.value))

        return make

    def _compared(self, kind, sign, function):
        def make(depth):
            a, b = self.of(kind, depth), self.of(kind, depth)
            return Case(
                f"({a.text} {sign} {b.text})", lifted(function, a.value, b.value) or False
            )

        return make

    def _between(self, depth):
        a, b, c = (self.of("integer", depth) for _ in range(3))
        is_between = None not in (a.value, b.value, c.value) and a.value < b.value <= c.value
        return Case(f"({a.text} < {b.text} <= {c.text})", is_between)

    def _not(self, depth):
        a = self.of("boolean", depth)
        return Case(f"(not {a.text})", a.value is not True)

    def _is_null(self, depth):
        a = self.of(self.draw(st.sampled_from(["integer", "number", "money", "text"])), depth)
        sign = self.draw(st.sampled_from(["==", "!="]))
        return Case(f"({a.text} {sign} null)", (a.value is None) == (sign == "=="))

    def _one_of(self, depth):
        a, b, c = (self.of("text", depth) for _ in range(3))
        is_in = a.value is not None and a.value in (b.value, c.value)
        word = self.draw(st.sampled_from(["in", "not in"]))
        return Case(f"({a.text} {word} ({b.text}, {c.text}))", is_in == (word == "in"))


def _values(draw):
    kinds = {
        "integer": st.integers(-20, 20),
        "number": st.sampled_from([-2.5, -1.0, 0.0, 0.125, 0.3, 1.5, 3.0, 7.25]),
        "money": st.integers(-2000, 2000),
        "boolean": st.booleans(),
        "text": st.sampled_from(["red", "green"]),
    }
    return {
        f"{kind[0]}{number}": (kind, draw(st.none() | values if number else values))
        for kind, values in kinds.items()
        for number in range(3)
    }


@st.composite
def cases(draw):
    """Draw values for names, a kind, and an expression of that kind with its worth."""
    values = _values(draw)
    return values, Expressions(draw, values).of(
        draw(st.sampled_from(["integer", "number", "money", "boolean", "text"])), 4
    )


@given(cases())
@settings(deadline=None, max_examples=n_examples(600))
def test_random_expressions_agree_with_plain_python(case):
    """Whatever the language can say of numbers, money, texts and conditions is worth what its rules in Python give."""
    values, expected = case
    found = World(**values).value(expected.text)
    if isinstance(expected.value, float) and expected.value == 0:
        assert found == 0
    elif expected.value is None and found is False:
        assert values[expected.text][0] == "boolean"  # a condition that is null does not hold
    else:
        assert (found, type(found)) == (expected.value, type(expected.value)), expected.text
