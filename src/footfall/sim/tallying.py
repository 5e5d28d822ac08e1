"""Tallying: the counts of a part, integers that add up in any order.

Nothing that would have to be divided or rooted is kept. Reports make means, shares and
variances of sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from footfall.data.tallies import PASSED_OVER, EffectKey, FactorSums, OptionCounts, Tallies
from footfall.model import builtins
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.model import AffectedDraw, Model
from footfall.model.program import AffectedChoice, Assign, DecisionNode, RandomValue
from footfall.model.program_flow import actions_of
from footfall.model.values import NULL_INTEGER, Array
from footfall.sim.decision_log import DecisionLog, effects_of
from footfall.sim.journal import Journal

if TYPE_CHECKING:
    from footfall.sim.part_events import GroupArrays, PartEvents, PropertyChanges


def of_part(
    group: GroupArrays,
    journal: Journal,
    emitted: PartEvents,
    changes: list[PropertyChanges],
    arrived: Array,
    *,
    is_first: bool,
) -> Tallies:
    """Count decisions, effects, stages and cities of a part.

    Args:
        changes: Per user property, the stage last.
        arrived: Rows of the people who are first seen in this part.
        is_first: The group's first part: it names every effect, whether or not anybody came to
            where it holds.
    """
    model = group.model
    tallies = Tallies.empty()
    if is_first:
        _name_effects(model, tallies)
    _decisions(model, journal, tallies)
    _factors(model, journal, tallies)
    stages = changes[-1]
    old, new = stages.old[0], stages.new[0]
    reached = _by_city(group, stages.rows, old, new)
    passed_over = _by_city(group, stages.rows, old, new - 1)
    reached += _by_city(group, arrived, np.full(len(arrived), -1), group.first_stages[arrived])
    _stages(model, reached, tallies)
    _cities(group, emitted, arrived, reached, passed_over, tallies)
    return tallies


def _decisions(model: Model, journal: Journal, tallies: Tallies) -> None:
    """Add up decision logs; a journey done at two places has two nodes per decision."""
    decisions = [np.zeros((len(d.options), 4), np.int64) for d in model.decisions]
    effects: dict[tuple[int, int, int], Array] = {}
    compiled: dict[int, CompiledEffect] = {}
    for node, log in _logged(model, journal):
        of_options, of_effects = log.sums(node)
        decisions[node.number] += of_options
        compiled |= {effect.number: effect for _, effect in effects_of(node)}
        for (effect, option), sums in of_effects.items():
            place = (effect, node.number, option)
            effects[place] = effects.get(place, 0) + sums
    for name, of_options in zip(model.decisions, decisions, strict=True):
        for option_name, counts in zip(name.options, of_options.tolist(), strict=True):
            tallies.decisions[name.address, option_name] = OptionCounts(*counts)
    for (effect, decision, option), sums in effects.items():
        keys = _effect_keys(model, compiled[effect], decision, option)
        for key, counts in zip(keys, sums.tolist(), strict=True):
            tallies.effects[key] = OptionCounts(*counts)
    for what, count in zip(model.skips, journal.skips.tolist(), strict=True):
        if count:
            tallies.skipped[what] = count


def _logged(
    model: Model, journal: Journal
) -> Iterator[tuple[DecisionNode | AffectedChoice, DecisionLog]]:
    for number, log in journal.decision_logs.items():
        node = model.nodes[number]
        assert isinstance(node, DecisionNode)
        yield node, log
    yield from journal.choice_logs.values()


def decisions_of(model: Model) -> Iterator[DecisionNode | AffectedChoice]:
    """Yield the decisions of a model, draws that effects act on among them."""
    yield from (node for node in model.nodes if isinstance(node, DecisionNode))
    assigned = (action for action in actions_of(model.nodes) if isinstance(action, Assign))
    values = [each.value for each in (*model.initials, *model.session_initials)]
    for value in (*values, *(action.value for action in assigned)):
        if isinstance(value, RandomValue) and value.choice is not None:
            yield value.choice


def _effect_keys(
    model: Model, effect: CompiledEffect, decision: int, option: int
) -> list[EffectKey]:
    """Return the tallies' keys of an effect on an option, by case."""
    name = model.decisions[decision]
    return [
        EffectKey(model.effects[effect.number], name.address, name.options[option], *case)
        for case in _cases(effect)
    ]


def _cases(effect: CompiledEffect) -> list[tuple[str, str, str]]:
    """Return variant, value and factor of each case of an effect; of the first it does not hold."""
    return [
        ("without", "", "1"),
        *(("with", value, _declared(effect, factor)) for value, factor in effect.cases),
    ]


def _declared(effect: CompiledEffect, factor: float) -> str:
    """Return a factor as declared; `times` and `chance`, which are none on the odds, by that word."""
    number = repr(factor).removesuffix(".0")
    return f"{effect.what} {number}" if effect.what in ("times", "chance") else number


def _factors(model: Model, journal: Journal, tallies: Tallies) -> None:
    for number, affected in journal.effect_logs.items():
        name = model.affected[number]
        keys = {effect.number: _factor_keys(model, name, effect) for effect in name.effects}
        for (effect, case), sums in affected.sums().items():
            key = keys[effect][case]
            tallies.factors[key] = tallies.factors.get(key, FactorSums()).plus(sums)


def _factor_keys(model: Model, name: AffectedDraw, effect: CompiledEffect) -> list[EffectKey]:
    """Return the tallies' keys of an effect on a wait or value, by case."""
    return [
        EffectKey(model.effects[effect.number], name.address, name.kind, *case)
        for case in _cases(effect)
    ]


def _name_effects(model: Model, tallies: Tallies) -> None:
    """Name every effect, so that reports show 0, and no gap, where nobody came to one."""
    for node in decisions_of(model):
        for option, effect in effects_of(node):
            for key in _effect_keys(model, effect, node.number, option):
                tallies.effects[key] = OptionCounts()
    for affected in model.affected:
        for effect in affected.effects:
            keys = _factor_keys(model, affected, effect)
            tallies.factors.update(dict.fromkeys(keys, FactorSums()))


def _by_city(group: GroupArrays, rows: Array, old: Array, new: Array) -> Array:
    """Count people who rise to a stage, at every stage on the way.

    Returns:
        Shape (stages, home rows), int64.
    """
    homes = group.state.columns[builtins.HOME][rows]
    n_homes = len(group.model.people.home_weights)
    counts = np.zeros((len(group.model.stream.schema.stages), n_homes), np.int64)
    for stage in range(len(counts)):
        counts[stage] = np.bincount(homes[(old < stage) & (stage <= new)], minlength=n_homes)
    return counts


def _city_names(model: Model) -> list[str]:
    codes = model.tables[model.home[0]].values[:-1]
    return [model.texts[code] for code in codes.tolist()]


def _stages(model: Model, reached: Array, tallies: Tallies) -> None:
    cities = _city_names(model)
    for stage, counts in zip(model.stream.schema.stages, reached.tolist(), strict=True):
        for city, count in zip(cities, counts, strict=True):
            if count:
                tallies.stages[stage, city] = tallies.stages.get((stage, city), 0) + count


def _cities(
    group: GroupArrays,
    emitted: PartEvents,
    arrived: Array,
    reached: Array,
    passed_over: Array,
    tallies: Tallies,
) -> None:
    model = group.model
    homes = group.state.columns[builtins.HOME]
    n_homes = len(model.people.home_weights)
    counts = _counts(group, emitted, arrived)
    sums = {name: _sum(homes, values, n_homes) for name, values in counts.items()}
    sums |= _powers_of_revenue(group, counts["revenue"], homes, n_homes)
    sums["converted"] = reached[model.stream.schema.goal]
    stages = model.stream.schema.stages
    sums |= {f"{PASSED_OVER}{stage}": n for stage, n in zip(stages, passed_over, strict=True)}
    for measure, of_homes in sums.items():
        for city, count in zip(_city_names(model), of_homes.tolist(), strict=True):
            if count:
                tallies.cities[city, measure] = tallies.cities.get((city, measure), 0) + count


def _counts(group: GroupArrays, emitted: PartEvents, arrived: Array) -> dict[str, Array]:
    """Return what counts for each person: measure → shape (U,), int64."""
    n = len(group.persons)
    events, revenue = np.bincount(emitted.rows, minlength=n), revenue_of(group, emitted)
    sessions = sessions_seen_first(group, emitted)
    # Each person counts once over all chunks: in the one in which they first have an event, or
    # their second session. The square of a sum needs the sum before: (a + b)² - a² = b (b + 2
    # a), so squares of a whole life add up too; and cubes by b (b² + 3 a (a + b)).
    seen, visited, earned = group.seen_events, group.seen_sessions, group.seen_revenue
    return {
        "people": np.bincount(arrived, minlength=n),
        "active": np.equal(seen, 0) & np.greater(events, 0),
        "returned": np.less(visited, 2) & np.greater_equal(visited + sessions, 2),
        "sessions": sessions,
        "events": events,
        "events_squared": events * (events + 2 * seen),
        "events_cubed": events * (events * events + 3 * seen * (seen + events)),
        "revenue": revenue,
        # Who gives all of it back is no buyer any more.
        "buyers": np.not_equal(earned + revenue, 0).astype(np.int64) - np.not_equal(earned, 0),
    }


def _powers_of_revenue(
    group: GroupArrays, revenue: Array, homes: Array, n_homes: int
) -> dict[str, Array]:
    """Return sums of powers of revenue by home: measure → shape (home rows,), Python's integers.

    Cubes of cents leave 64 bits where a person spends 20,000. Few people have any revenue in a part.
    """
    rows = np.flatnonzero(revenue)
    a, b = (each[rows].astype(object) for each in (group.seen_revenue, revenue))
    squared, cubed = np.zeros(n_homes, object), np.zeros(n_homes, object)
    np.add.at(squared, homes[rows], b * (b + 2 * a))
    np.add.at(cubed, homes[rows], b * (b * b + 3 * a * (a + b)))
    return {"revenue_squared": squared, "revenue_cubed": cubed}


def sessions_seen_first(group: GroupArrays, emitted: PartEvents) -> Array:
    """Return how many sessions each person is first seen in: shape (U,), int64.

    A session is called by the time of its first event. One that was open when the run began has no
    such event in it; as nobody is in two sessions at once, it is seen before any other.
    """
    n = len(group.persons)
    begun = np.bincount(emitted.rows[np.equal(emitted.sessions, emitted.times)], minlength=n)
    is_older = np.not_equal(emitted.sessions, NULL_INTEGER) & np.less(
        emitted.sessions, group.model.start_ms
    )
    was_open = np.bincount(emitted.rows[is_older], minlength=n) > 0
    return begun + (was_open & np.equal(group.seen_sessions, 0))


def _sum(homes: Array, values: Array, n_homes: int) -> Array:
    sums = np.zeros(n_homes, np.int64)
    np.add.at(sums, homes, values.astype(np.int64))
    return sums


def revenue_of(group: GroupArrays, emitted: PartEvents) -> Array:
    """Return the revenue of each person in a part, in minor units: shape (U,), int64."""
    revenue = np.zeros(len(group.persons), np.int64)
    earned = np.not_equal(emitted.revenue, NULL_INTEGER)
    np.add.at(revenue, emitted.rows[earned], emitted.revenue[earned])
    return revenue
