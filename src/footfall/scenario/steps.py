"""Reads the steps of journeys: a map's verb decides which step it is; builds its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from footfall.errors import SourceLocation, UnitError, shown
from footfall.scenario import synonyms
from footfall.scenario.either_options import chance_of
from footfall.scenario.forms import MapEntry, MapKind
from footfall.scenario.language import KINDS
from footfall.scenario.language_steps import EMIT, GUARD, STEP_VERBS, STEP_WORDS
from footfall.scenario.leaf_records import Chance, Expression, Text, Wait
from footfall.scenario.names import parse_label
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader, builds
from footfall.scenario.step_records import (
    Assignment,
    CancelStep,
    ChangeStep,
    DoStep,
    EitherStep,
    EmitStep,
    GoOnStep,
    LaterStep,
    LeaveStep,
    MaybeStep,
    PickOne,
    PickStep,
    RepeatStep,
    RetryStep,
    Step,
    WaitStep,
    WhenStep,
)
from footfall.scenario.tree import ListNode, MapNode, Node

CHANGE_VERBS = ("set", "add", "append", "remove")
STEP_ACCEPTS = (
    "write an event's name, or a map with one of: "
    + ", ".join(STEP_VERBS)
    + ", when with steps"
)


def read_step(reader: Reader, node: Node) -> Step | Invalid:
    """Return the step that a node is: a scalar is an event, a map has one verb."""
    match node:
        case Text(is_null=False):
            return _event(reader, node, MapNode(node.at))
        case MapNode():
            return _from_map(reader, node)
        case ListNode() | Text():
            return reader.wrong_shape(node, "a step", STEP_ACCEPTS)


def _from_map(reader: Reader, node: MapNode) -> Step | Invalid:
    keys = node.keys
    verbs = _verbs(keys)
    others = [key for key in keys if key not in STEP_WORDS]
    if len({STEP_VERBS[verb].name for verb in verbs}) > 1:
        several = " and ".join(f"`{verb}`" for verb in verbs)
        is_inner = verbs[0] in KINDS and verbs[1] in KINDS[verbs[0]].by_name
        hint = (
            f"indent `{verbs[1]}` below `{verbs[0]}`"
            if is_inner
            else "begin the second with a -"
        )
        return reader.note(
            _place(node, verbs[1]), f"a step has {several}", "write one verb per step", hint
        )
    # An event before the verb makes two steps, the second without its dash or its indent.
    # Behind the verb it is a misspelt key.
    if (
        verbs
        and others
        and isinstance(node.get(others[0]), Text | MapNode)
        and keys[0] == others[0]
    ):
        return _event_with_verb(reader, node, others[0], verbs[0])
    if verbs:
        return _built(reader, STEP_VERBS[verbs[0]], node, node.at)
    if len(others) == 1:
        return _event_from_map(reader, node, others[0])
    if "when" in keys and "steps" in keys and not others:
        return _built(reader, GUARD, node, node.at)
    return _no_verb(reader, node, others)


def _verbs(keys: Sequence[str]) -> list[str]:
    verbs = [key for key in keys if key in STEP_VERBS]
    # A verb of its own, but beside `later` it says when the other journey starts.
    return [verb for verb in verbs if verb != "come back after"] if "later" in verbs else verbs


def _place(node: MapNode, key: str) -> SourceLocation:
    return next(name.at for name, _ in node.entries if name.text == key)


def _no_verb(reader: Reader, node: MapNode, others: Sequence[str]) -> Invalid:
    if len(others) > 1:
        several = " and ".join(shown(other) for other in others)
        hint = (
            synonyms.hint(others[0], STEP_WORDS, synonyms.STEPS) or "begin the second with a -"
        )
        return reader.note(
            _place(node, others[0]),
            f"a step has the unknown keys {several}",
            STEP_ACCEPTS,
            hint,
        )
    found = ", ".join(f"`{key}`" for key in node.keys) or "nothing"
    return reader.note(node.at, f"a step has {found}, but no verb", STEP_ACCEPTS)


def _event_with_verb(reader: Reader, node: MapNode, event: str, verb: str) -> Invalid:
    hint = (
        synonyms.hint(event, STEP_WORDS, synonyms.STEPS)
        or f"indent `{verb}` below {event}, or begin it with a -"
    )
    return reader.note(
        _place(node, verb),
        f"a step has the event {shown(event)} and `{verb}`",
        "write one per step",
        hint,
    )


def _event_from_map(reader: Reader, node: MapNode, event: str) -> Step | Invalid:
    name, inner = next(entry for entry in node.entries if entry[0].text == event)
    if isinstance(inner, MapNode) or (isinstance(inner, Text) and inner.is_null):
        # `{Product Viewed: {after: 5 s}}` and `{Product Viewed: , after: 5 s}` mean the same.
        beside = [entry for entry in node.entries if entry[0].text != event]
        within = inner.entries if isinstance(inner, MapNode) else []
        return _event(reader, name, _joined(reader, inner, [*within, *beside]))
    is_spelt_out = event == "event" and isinstance(inner, Text)
    hint = synonyms.hint(event, STEP_WORDS, synonyms.STEPS)
    hint = "an event is a step by its name alone" if is_spelt_out else hint
    return reader.note(name.at, f"there is no step {shown(event)}", STEP_ACCEPTS, hint)


def _joined(reader: Reader, node: Node, entries: list[tuple[Text, Node]]) -> MapNode:
    reader.refuse_twins(((key.text, key.at) for key, _ in entries), "key", is_folded=False)
    return MapNode(node.at, isinstance(node, MapNode) and node.is_flow, entries)


def _event(reader: Reader, name: Text, node: MapNode) -> Step | Invalid:
    try:
        event = parse_label(name.text)
    except UnitError as error:
        return reader.note(name.at, f"the event {error.message}", error.accepted)
    fields = reader.fields(EMIT, node, f"event {shown(event)}", name)
    return EmitStep(
        **_common(fields), event=event, after=fields.get("after"), changes=_changes(fields)
    )


def _built(reader: Reader, kind: MapKind, node: MapNode, at: SourceLocation) -> Step | Invalid:
    fields = reader.fields(kind, node, kind.name)
    fields.at = at
    return MAKERS[kind.name](reader, fields) if fields.is_usable else INVALID


def _common(fields: Fields) -> dict[str, Any]:
    return {"at": fields.at, "when": fields.get("when"), "named": fields.get("named")}


Maker = Callable[[Reader, Fields], Step | Invalid]
MAKERS: dict[str, Maker] = {}


def _makes(verb: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS[f"step `{verb}`"] = maker
        return maker

    return register


# --- the steps -------------------------------------------------------------------------------------------------------


@_makes("do")
def _do(_reader: Reader, fields: Fields) -> Step:
    return DoStep(**_common(fields), journey=fields.get("do").text)


@_makes("maybe")
def _maybe(_reader: Reader, fields: Fields) -> Step:
    return MaybeStep(
        **_common(fields),
        chance=chance_of(fields, "maybe"),
        steps=tuple(fields.get("steps")),
        otherwise=tuple(fields.get("else", ())),
    )


@_makes("when")
def _guard(_reader: Reader, fields: Fields) -> Step:
    return WhenStep(
        **_common(fields),
        steps=tuple(fields.get("steps")),
        otherwise=tuple(fields.get("else", ())),
    )


@_makes("go on")
def _go_on(_reader: Reader, fields: Fields) -> Step:
    return GoOnStep(**_common(fields), chance=chance_of(fields, "go on"))


@_makes("leave")
def _leave(reader: Reader, fields: Fields) -> Step:
    what = fields.get("leave")
    if what == "visit" and fields.has("keep"):
        accepts = "leave: for good, with keep"
        hint = "what is pending happens after a visit anyway"
        reader.note(fields.place("keep"), "a step has `leave: visit` and `keep`", accepts, hint)
    return LeaveStep(**_common(fields), what=what, keep=_journeys(fields.get("keep", ())))


def _journeys(written: Text | Sequence[Text]) -> tuple[Text, ...]:
    return (written,) if isinstance(written, Text) else tuple(written)


@_makes("wait")
def _wait(_reader: Reader, fields: Fields) -> Step:
    return WaitStep(**_common(fields), wait=fields.get("wait"), ends_session=False)


@_makes("come back after")
def _come_back(_reader: Reader, fields: Fields) -> Step:
    return WaitStep(**_common(fields), wait=fields.get("come back after"), ends_session=True)


@_makes("retry")
def _retry(_reader: Reader, fields: Fields) -> Step:
    return RetryStep(
        **_common(fields),
        target=fields.get("retry").text,
        at_most=fields.get("at_most"),
        after=fields.get("after"),
    )


@_makes("later")
def _later(_reader: Reader, fields: Fields) -> Step:
    wait: Wait | None = fields.get("after") or fields.get("come back after")
    is_until = wait is not None and wait.until is not None
    return LaterStep(
        **_common(fields),
        journey=fields.get("later").text,
        wait=None if is_until else wait,
        moment=wait.until if wait is not None and is_until else fields.get("at"),
        is_activity=fields.has("come back after"),
        values=tuple((entry.name, entry.value) for entry in fields.get("with", [])),
    )


@_makes("cancel")
def _cancel(_reader: Reader, fields: Fields) -> Step:
    return CancelStep(**_common(fields), targets=_journeys(fields.get("cancel")))


# --- changes of state ------------------------------------------------------------------------------------------------


@_makes("set")
def _change(_reader: Reader, fields: Fields) -> Step:
    return ChangeStep(**_common(fields), changes=_changes(fields))


def _changes(fields: Fields) -> tuple[Assignment, ...]:
    # In written order: `set` before `add` of the same name is not `add` before `set`.
    verbs = [key for key in fields.written if key in CHANGE_VERBS]
    return tuple(_assignment(verb, entry) for verb in verbs for entry in fields.get(verb, []))


def _assignment(verb: Any, entry: MapEntry) -> Assignment:
    value: Any = entry.value
    if isinstance(value, Expression):
        value = Text(value.text, value.at)
    if isinstance(value, list):
        fields = tuple((field.name, field.value) for field in value)
        return Assignment(verb, entry.name, entry.key.at, None, fields)
    return Assignment(verb, entry.name, entry.key.at, value)


# --- picks -----------------------------------------------------------------------------------------------------------


@_makes("pick")
def _pick(reader: Reader, fields: Fields) -> Step:
    picks = tuple(_picks(fields.get("pick")))
    reader.refuse_twins(
        ((pick.variable, pick.at) for pick in picks), "variable", is_folded=False
    )
    return PickStep(**_common(fields), picks=picks)


def _picks(written: Any) -> Iterable[PickOne]:
    if isinstance(written, Text):
        yield PickOne(written.text, written.text, written.at)
    elif isinstance(written, MapEntry):
        yield written.value
    else:
        for item in written:
            yield from _picks(item)


@builds("pick")
def _pick_one(_reader: Reader, fields: Fields) -> PickOne:
    assert fields.name
    where = tuple((entry.name, entry.value) for entry in fields.get("where", []))
    return PickOne(fields.name.text, fields.get("from").text, fields.at, where)


# --- decisions -------------------------------------------------------------------------------------------------------


@_makes("either")
def _either(reader: Reader, fields: Fields) -> Step:
    inner: Fields = fields.get("either")
    return EitherStep(
        **_named_within(reader, fields, inner), options=tuple(inner.get("options"))
    )


@_makes("repeat")
def _repeat(reader: Reader, fields: Fields) -> Step:
    inner: Fields = fields.get("repeat")
    return RepeatStep(
        **_named_within(reader, fields, inner),
        steps=tuple(inner.get("steps")),
        leave=_leave_of(reader, inner),
        until=inner.get("until"),
        at_most=inner.get("at_most"),
        come_back_after=inner.get("come back after"),
        lifetime=inner.get("lifetime"),
    )


def _leave_of(reader: Reader, fields: Fields) -> Chance | None:
    if fields.has("odds") and not fields.has("leave"):
        reader.note(
            fields.place("odds"),
            f"{fields.label} has `odds`, but no `leave`",
            "`odds` are those of `leave`",
        )
    chance: Chance | None = chance_of(fields, "leave")
    return chance


def _named_within(reader: Reader, fields: Fields, inner: Fields) -> dict[str, Any]:
    if fields.has("named") and inner.has("named"):
        reader.note(inner.place("named"), f"{fields.label} is named twice", "keep one `named`")
    return {**_common(fields), "named": fields.get("named") or inner.get("named")}


@builds("repeat")
def _repeat_fields(reader: Reader, fields: Fields) -> Fields:
    if fields.has("lifetime") and not fields.has("come back after"):
        reader.note(
            fields.place("lifetime"),
            f"{fields.label} has `lifetime`, but no `come back after`",
            "a lifetime ends between two visits; write come back after: WAIT",
        )
    return fields
