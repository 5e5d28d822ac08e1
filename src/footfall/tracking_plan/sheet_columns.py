"""Columns of the sheets: writers write these titles, readers know them by these and by what others call them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Args:
        title: As written in the header.
        about: What stands in it, for the sheet's own documentation and the analysts' page.
        width: In characters.
        aliases: What other people's sheets call it, in lower case; also in other languages.
    """

    title: str
    about: str
    width: int
    aliases: tuple[str, ...] = ()


def _column(title: str, about: str, width: int, aliases: str = "") -> SheetColumn:
    names = tuple(aliases.split("; ")) if aliases else ()
    return SheetColumn(title, about, width, names)


EVENTS = "Events"
CRITICAL_PATH = "Critical path"
DIAGRAMS = "Diagrams"

# Events and people have these two columns alike; their other columns differ in what others call
# them.
_ALLOWED_VALUES = _column(
    "Allowed values",
    "One after the other, separated by semicolons; empty: any.",
    30,
    "values; enum; enum values; permitted values; possible values; "
    "допустимые значения; значения",
)
_EXAMPLE = _column(
    "Example",
    "Values as they were simulated.",
    26,
    "examples; example value; example values; sample; пример; примеры; "
    "пример значения; пример значений",
)

EVENT_COLUMNS = (
    _column(
        "Category",
        "Business process that the event belongs to.",
        20,
        "process; business process; event category; group; area; feature; section; "
        "категория; процесс; бизнес процесс; категория события",
    ),
    _column(
        "Event",
        "Name of the event, as sent.",
        26,
        "event name; event type; events; name; событие; события; название события; "
        "имя события; название",
    ),
    _column(
        "Description",
        "What the person, or the system, has done.",
        44,
        "event description; about; definition; trigger; meaning; comment; описание; "
        "описание события; комментарий",
    ),
    _column(
        "Optional",
        "yes: a person may do without it here.",
        10,
        "is optional; event optional; необязательное",
    ),
    _column(
        "Revenue",
        "yes: money moves with it.",
        10,
        "has revenue; доход; выручка",
    ),
    _column(
        "Identifies",
        "yes: from here on the person is known by a user_id.",
        11,
        "is identifying",
    ),
    _column(
        "State changes",
        "What changes about the person, in curly braces.",
        30,
        "changes; state; state change; изменение состояния; изменения состояния",
    ),
    _column(
        "Property",
        "Name of one property of the event; one row each.",
        22,
        "event property; property name; event property name; properties; "
        "event properties; parameter; parameters; attribute; attributes; свойство; "
        "свойства; параметр; параметры; свойство события; свойства события; "
        "название свойства",
    ),
    _column(
        "Type",
        "text, integer, number, boolean, money, time, list of …",
        14,
        "property type; value type; data type; property value type; "
        "property data type; тип; тип данных; тип свойства",
    ),
    _column(
        "Required",
        "yes: never left out.",
        10,
        "is required; mandatory; property required; property status; обязательное; "
        "обязательный; обязательность",
    ),
    _ALLOWED_VALUES,
    _EXAMPLE,
    _column(
        "Property description",
        "What the property says.",
        44,
        "about the property; property about; property definition; описание свойства; "
        "описание параметра; свойство описание",
    ),
)

USER_COLUMNS = (
    _column(
        "User property",
        "Name of a property of the person.",
        24,
        "property; properties; name; user properties; user property name; "
        "property name; свойство; свойства; свойство пользователя; "
        "свойства пользователя; название",
    ),
    _column(
        "Type",
        "text, integer, number, boolean, money, time, list of …",
        14,
        "property type; value type; data type; property value type; тип; тип данных",
    ),
    _column(
        "Start",
        "What it holds at first; null: nothing.",
        14,
        "initial value; default; начальное значение",
    ),
    _column(
        "Changes",
        "yes: it changes in the course of a life.",
        10,
        "is mutable; меняется",
    ),
    _ALLOWED_VALUES,
    _EXAMPLE,
    _column(
        "Description",
        "What the property says.",
        44,
        "about; meaning; comment; property description; описание; описание свойства; "
        "комментарий",
    ),
)

PATH_COLUMNS = (
    _column(
        "Stage",
        "Stage of the critical path, in order.",
        20,
        "step; stage name; этап; шаг; стадия",
    ),
    _column(
        "Events",
        "Events that take a person there, separated by semicolons; empty: everybody who came.",
        34,
        "event; event name; on; событие; события",
    ),
    _column(
        "Condition",
        "What must hold at that event.",
        24,
        "when; условие",
    ),
    _column(
        "Goal",
        "yes: who gets here has converted.",
        8,
        "is goal; цель",
    ),
    _column(
        "Example user_id",
        "One simulated person on the way.",
        22,
        "user_id; user id; пример user_id",
    ),
    _column("Example event", "Event by which that person got there.", 24),
    _column(
        "Example time",
        "When that person got there, UTC.",
        22,
        "time; время",
    ),
    _column(
        "Example properties",
        "What that event said.",
        60,
        "properties; свойства",
    ),
)

PLAN_COLUMNS = (
    _column(
        "About this plan",
        "What is said: Name, Title, Description, Currency.",
        24,
        "about the plan; о плане",
    ),
    _column("Text", "What it says.", 60),
)
PLAN_ROWS = ("Name", "Title", "Description", "Currency")
"""Rows of the table below the user properties: what a `Plan` says of itself, where it says something."""

CATEGORY_COLUMNS = (
    _column(
        "Event category",
        "A business process.",
        24,
        "process name",
    ),
    _column(
        "Category description",
        "What it is about.",
        60,
        "process description; описание категории",
    ),
)
"""Table below that: the categories that have a description."""
