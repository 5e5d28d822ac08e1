"""The table of the language: the steps of journeys."""

from __future__ import annotations

from dataclasses import replace

from footfall.scenario.forms import ByShape, Form, Key, ListOf, MapKind, MapOf, Ref, StepForm
from footfall.scenario.scalars import (
    CHANCE,
    DURATION,
    EXPRESSION,
    IDENTIFIER,
    LABEL,
    N_TIMES,
    OPTION_CHANCE,
    REFERENCE,
    VALUE,
    VARIABLE,
    WEIGHT_OR_EXPRESSION,
    choice,
)
from footfall.scenario.vocabulary import (
    ANY_CHANCE,
    ANY_WAIT,
    IN_SESSION,
    NAMED,
    NEW_ELEMENT,
    NEW_VALUE,
    ODDS,
    STEPS,
    WHEN,
)

CHANGES = (
    Key(
        "set",
        MapOf(VARIABLE, NEW_VALUE, "name", least=1),
        "name → one of the declared `values`, an expression, or a draw",
        "{due: package.price}",
        default="no change",
    ),
    Key(
        "add",
        MapOf(VARIABLE, EXPRESSION, "name", least=1),
        "name → number to add (null counts as 0)",
        "{balance: 4}",
        default="no change",
    ),
    Key(
        "append",
        MapOf(VARIABLE, NEW_ELEMENT, "list", least=1),
        "list → element, or fields of a record; a full list stays as it is, and that is counted",
        "{cart: {product: product, quantity: 1}}",
        default="no change",
    ),
    Key(
        "remove",
        MapOf(VARIABLE, VALUE, "list", least=1),
        "list → a variable that `pick … from` that list filled, a value, or `all`",
        "{cart: all}",
        default="no change",
    ),
)
JOURNEYS = ByShape(scalar=REFERENCE, list=ListOf(REFERENCE, least=1))
ELSE = Key("else", STEPS, "what happens otherwise", "[leave: visit]", default="nothing")


def _step(verb: str, about: str, *keys: Key) -> MapKind:
    return MapKind(f"step `{verb}`", about, (*keys, WHEN, NAMED))


def _verb(name: str, form: Form, about: str, example: str) -> Key:
    return Key(name, form, about, example, is_required=True)


EMIT = MapKind(
    "event step",
    "An event happens, after the wait and the changes.",
    (IN_SESSION, *CHANGES, WHEN, NAMED),
)
CHANGE = MapKind("step `set`", "Changes what is true.", (*CHANGES, WHEN, NAMED))
GUARD = MapKind(
    "step `when`",
    "A guard.",
    (
        Key("when", EXPRESSION, "the condition", "balance > 0", is_required=True),
        Key("steps", STEPS, "what happens if it holds", "[Lesson Booked]", is_required=True),
        ELSE,
        NAMED,
    ),
)
DO = _step("do", "Runs a journey, then goes on.", _verb("do", REFERENCE, "the journey", "pay"))
MAYBE = _step(
    "maybe",
    "An optional part, named after its first event.",
    _verb("maybe", ANY_CHANCE, "the chance that it happens", "25%"),
    ODDS,
    _verb("steps", STEPS, "what happens then", "[Coupon Applied]"),
    ELSE,
)
EITHER = _step(
    "either",
    "One of some options.",
    _verb(
        "either",
        Ref("either"),
        "the options",
        "{named: bank, options: [{named: paid, chance: 94%}, {named: refused, chance: rest}]}",
    ),
)
REPEAT = _step(
    "repeat",
    "Rounds.",
    _verb(
        "repeat",
        Ref("repeat"),
        "the round",
        "{steps: [do: browse], leave: 9%, come back after: about 2 days}",
    ),
)
GO_ON = _step(
    "go on",
    "Else the visit ends here: the tab is closed. Named after the next event.",
    _verb("go on", ANY_CHANCE, "the chance to go on", "80%"),
    ODDS,
)
LEAVE = _step(
    "leave",
    "The visit ends; or the person never comes back, and what is pending is cancelled.",
    _verb("leave", choice("visit", "for good"), "what ends", "visit"),
    Key(
        "keep",
        JOURNEYS,
        "with `for good`: pending journeys that happen nevertheless; `all` for all",
        "[refund]",
        default="none",
    ),
)
PAUSE = _step(
    "wait",
    "A wait in the session, by the clock on the wall, cut at 29 minutes.",
    _verb("wait", ANY_WAIT, "how long", "about 2 min"),
)
COME_BACK = _step(
    "come back after",
    "Ends the session; the wait runs in activity time.",
    _verb("come back after", ANY_WAIT, "how long", "about 2 days"),
)
PICK_STEP = _step(
    "pick",
    "Chooses a row of a catalogue, or an element of a list, into a variable.",
    _verb(
        "pick",
        ByShape(
            scalar=REFERENCE,
            list=ListOf(
                ByShape(
                    scalar=REFERENCE, map=MapOf(VARIABLE, Ref("pick"), "variable", least=1)
                ),
                least=1,
            ),
            map=MapOf(VARIABLE, Ref("pick"), "variable", least=1),
        ),
        "a catalogue, some, or variable → where from",
        "{line: {from: cart}}",
    ),
)
RETRY = _step(
    "retry",
    "Back to an earlier step of this journey, keeping what is carried; after that many times it goes on.",
    _verb(
        "retry",
        REFERENCE,
        "the step's name, or its event; what only one step of the journey is called",
        "confirms",
    ),
    Key(
        "at_most",
        N_TIMES,
        "how often an entry of the journey may go back",
        "2",
        unit="times",
        is_required=True,
    ),
    Key("after", ANY_WAIT, "wait before it, in the session", "about 2 min", default="none"),
)
LATER = MapKind(
    "step `later`",
    "Starts a journey at a later time while the person goes on.",
    (
        _verb("later", REFERENCE, "the journey", "refund"),
        Key("after", ANY_WAIT, "when, by the clock on the wall; not cut", "about 6 days"),
        Key("come back after", ANY_WAIT, "when, in activity time", "about 2 days"),
        Key(
            "at",
            EXPRESSION,
            "when: a time; one that has passed is now, null is never",
            "lesson_time",
        ),
        Key(
            "with",
            MapOf(VARIABLE, VALUE, "variable", least=1),
            "fills the journey's variables",
            "{amount: due}",
            default="none",
        ),
        WHEN,
        NAMED,
    ),
    one_of=(("after", "come back after", "at"),),
)

CANCEL = _step(
    "cancel",
    "Ends what is pending: journeys that `later` has planned, and that have not begun.",
    _verb("cancel", JOURNEYS, "a journey, or some; `all` for all", "reminder"),
)

EITHER_KIND = MapKind(
    "either",
    "One of some options. Chances add up to 1, weights are normalised; if every weight is 0, none is taken.",
    (
        NAMED,
        Key(
            "options",
            ListOf(Ref("option"), least=1),
            "the options, all with chances or all with weights",
            "[{do: browse, weight: 3}, {do: buy, weight: 1}]",
            is_required=True,
        ),
    ),
    named_by="named",
)
OPTION = MapKind(
    "option",
    "An option of `either`; without `steps`, `do` or `event` nothing happens in it.",
    (
        Key(
            "named",
            LABEL,
            "its name in addresses; required where it has no `do` and no event",
            "paid",
            default="its `do` or first event",
        ),
        Key(
            "chance",
            ByShape(scalar=OPTION_CHANCE, map=Ref("ramp")),
            "its chance; one option may have the `rest`",
            "94%",
        ),
        replace(ODDS, about=f"{ODDS.about}; the other options share what is left"),
        Key(
            "weight",
            WEIGHT_OR_EXPRESSION,
            "its weight; below 0 and null count as 0",
            "2 * visits",
        ),
        Key("when", EXPRESSION, "else its weight is 0", "balance > 0", default="always"),
        Key(
            "steps",
            ListOf(StepForm(), keeps_rest=True),
            "what happens; `[]`: nothing",
            "[Payment Succeeded]",
        ),
        Key("do", REFERENCE, "short for `steps: [do: …]`", "pay"),
        Key("event", REFERENCE, "short for a single event", "Payment Failed"),
    ),
    one_of=(("chance", "weight"),),
    at_most_one_of=(("steps", "do", "event"), ("odds", "weight")),
    named_by="named",
)
REPEAT_KIND = MapKind(
    "repeat",
    "Rounds. After each: stop if `until` holds, after `at_most` rounds, or by the chance `leave`; else the next.",
    (
        NAMED,
        Key("steps", STEPS, "one round", "[do: browse]", is_required=True),
        Key("leave", ANY_CHANCE, "chance to stop after a round", "9%", default="never"),
        replace(ODDS, about=ODDS.about.replace("that chance", "`leave`")),
        Key("until", EXPRESSION, "stops once this holds", "lessons >= 8", default="never"),
        Key(
            "at_most",
            N_TIMES,
            "stops after so many rounds",
            "3",
            default="no limit",
            unit="rounds",
        ),
        Key(
            "come back after",
            ANY_WAIT,
            "makes a round a visit: ends the session, then waits in activity time",
            "about 2 days",
            default="the next round follows at once",
        ),
        Key(
            "lifetime",
            Ref("lifetime"),
            "how long a person goes on, whatever happens meanwhile; needs `come back after`",
            "{survival: {1 day: 40%, 30 days: 8%}}",
            default="no limit",
        ),
    ),
    named_by="named",
)
LIFETIME = MapKind(
    "lifetime",
    "How long people stay: one draw for each of them, when the first round begins.",
    (
        Key(
            "survival",
            MapOf(DURATION, CHANCE, "duration", least=1),
            "time since the first round → share of people who are still to come back at some time",
            "{1 day: 40%, 7 days: 18%, 30 days: 8%}",
            is_required=True,
        ),
    ),
)
PICK_KIND = MapKind(
    "pick",
    "Where a variable's row or element comes from.",
    (
        Key("from", REFERENCE, "a catalogue or a list", "cart", is_required=True),
        Key(
            "where",
            MapOf(IDENTIFIER, EXPRESSION, "column", least=1),
            "only rows whose column equals the value; where there is none the variable is null, and that is counted",
            "{category: product.category}",
            default="all rows",
        ),
    ),
)

STEP_VERBS: dict[str, MapKind] = {
    "do": DO,
    "maybe": MAYBE,
    "either": EITHER,
    "repeat": REPEAT,
    "go on": GO_ON,
    "leave": LEAVE,
    "wait": PAUSE,
    "come back after": COME_BACK,
    "set": CHANGE,
    "add": CHANGE,
    "append": CHANGE,
    "remove": CHANGE,
    "pick": PICK_STEP,
    "retry": RETRY,
    "later": LATER,
    "cancel": CANCEL,
}
"""Key of a step → its kind. A step without any of them is an event, or the guard `when` with `steps`."""

STEP_KINDS = (
    EMIT, DO, MAYBE, EITHER, EITHER_KIND, OPTION, REPEAT, REPEAT_KIND, LIFETIME, GO_ON, LEAVE, PAUSE, COME_BACK, CHANGE,
    PICK_STEP, PICK_KIND, RETRY, LATER, CANCEL, GUARD,
)  # fmt: skip
"""Every kind of this page, in the order of the reference."""

STEP_WORDS = frozenset(
    key.name for kind in (*STEP_VERBS.values(), GUARD, EMIT) for key in kind.keys
)
"""Words that have a meaning as keys of a step, so no event may be called so."""
