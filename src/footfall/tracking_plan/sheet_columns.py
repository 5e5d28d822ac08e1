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
        guesses: What may be meant so where no other column is called so; then a note says it.
    """

    title: str
    about: str
    width: int
    aliases: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


def _column(
    title: str, about: str, width: int, aliases: str = "", guesses: str = ""
) -> SheetColumn:
    return SheetColumn(title, about, width, _names(aliases), _names(guesses))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split("; ")) if text else ()


EVENTS = "Events"
CRITICAL_PATH = "Critical path"
DIAGRAMS = "Diagrams"

# Events and people have these two columns alike; their other columns differ in what others call
# them.
_ALLOWED_VALUES = _column(
    "Allowed values",
    "One after the other, separated by semicolons; empty: any.",
    30,
    "values; enum; enum values; permitted values; possible values; property values; property value; "
    "accepted values; valid values; value options; options; parameter values; valores permitidos; "
    "valores posibles; valores; valeurs autorisées; valeurs possibles; erlaubte werte; mögliche werte; "
    "valori ammessi; valores aceitos; valores possíveis; valeurs; valeurs acceptées; werte; zulässige werte; "
    "valori; valori possibili; допустимые значения; возможные значения; значения",
)
_EXAMPLE = _column(
    "Example",
    "Values as they were simulated.",
    26,
    "examples; example value; example values; sample; sample value; sample values; sample data; property example; "
    "example data; e g; ejemplo; ejemplos; valor de ejemplo; exemple; exemples; beispiel; beispiele; esempio; "
    "exemplo; exemple de valeur; beispielwert; beispielwerte; esempi; valore di esempio; exemplos; "
    "valor de exemplo; пример; примеры; пример значения; пример значений",
)

EVENT_COLUMNS = (
    _column(
        "Category",
        "Business process that the event belongs to.",
        20,
        "process; business process; categories; event category; event group; group; area; feature; section; "
        "categoría; categoría del evento; proceso; catégorie; kategorie; categoria; категория; процесс; "
        "бизнес процесс; категория события",
        "screen; screen name; page; page name; module; flow; user flow; journey; product area; pantalla; экран; "
        "страница",
    ),
    _column(
        "Event",
        "Name of the event, as sent.",
        26,
        "event name; events; event key; event names; entity name; evento; eventos; nombre del evento; "
        "nombre de evento; événement; nom de l'événement; ereignis; ereignisname; nome do evento; nome evento; "
        "eventi; événements; ereignisse; событие; события; название события; имя события",
        "name; event type; action; event action; nombre; nom; nome; название",
    ),
    _column(
        "Description",
        "What the person, or the system, has done.",
        44,
        "event description; about; definition; event definition; meaning; descripción; descripción del evento; "
        "beschreibung; descrição; descrizione; описание; описание события",
        "trigger; event trigger; triggers; when; when fired; when to fire; fires when; firing condition; comment; "
        "comments; notes; remarks; cuándo; cuándo se envía; disparador; notas; comentarios; déclencheur; auslöser; "
        "комментарий; комментарии; примечание; примечания; когда; триггер",
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
        "event property; property name; event property name; properties; event properties; props; prop; "
        "event props; parameter; parameters; param; params; event parameter; event parameters; parameter name; "
        "event parameter name; attribute; attributes; attribute name; property key; key; properties name; "
        "propiedad; propiedades; nombre de la propiedad; parámetro; parámetros; nombre del parámetro; propriété; "
        "propriétés; paramètre; paramètres; eigenschaft; eigenschaften; propriedade; propriedades; proprietà; "
        "nom de la propriété; attribut; attributs; eigenschaftsname; nome da propriedade; parâmetro; parâmetros; "
        "nome proprietà; parametro; parametri; свойство; свойства; параметр; параметры; свойство события; "
        "свойства события; название свойства; название параметра; атрибут",
        "field; fields; variable; variables; payload; event payload; event data; json; data layer; campo; campos; "
        "поле; поля",
    ),
    _column(
        "Type",
        "text, integer, number, boolean, money, time, list of …",
        14,
        "property type; value type; data type; datatype; property value type; property data type; parameter type; "
        "tipo; tipo de dato; tipo de datos; tipo de valor; type de donnée; datentyp; typ; tipo di dato; "
        "type de données; tipo di dati; tipo de dado; tipo de dados; тип; тип данных; тип свойства; тип параметра",
    ),
    _column(
        "Required",
        "yes: never left out.",
        10,
        "is required; mandatory; is mandatory; property required; property status; req; reqd; req'd; requirement; "
        "required or optional; presence; property presence; obligatorio; obligatoria; requerido; requerida; "
        "obligatoire; pflicht; pflichtfeld; erforderlich; obrigatório; obrigatória; obbligatorio; requis; "
        "richiesto; обязательное; обязательный; обязательность; обязательно",
    ),
    _ALLOWED_VALUES,
    _EXAMPLE,
    _column(
        "Property description",
        "What the property says.",
        44,
        "about the property; property about; property definition; parameter description; attribute description; "
        "descripción de la propiedad; descripción del parámetro; description de la propriété; "
        "beschreibung der eigenschaft; descrizione della proprietà; descrição da propriedade; описание свойства; "
        "описание параметра; свойство описание",
    ),
)

# Others say in columns of their own what we write into those above, or not at all.
MORE_PROPERTY_COLUMNS = (
    _column(
        "Range",
        "`1 to 5`, `18+`, `>= 10`.",
        12,
        "value range; rango; wertebereich; plage; intervallo; intervalo; диапазон",
    ),
    _column("Minimum", "Of a number.", 12, "min; min value; minimum value; mínimo; минимум"),
    _column(
        "Maximum",
        "Of a number.",
        12,
        "max; max value; maximum value; máximo; massimo; максимум",
    ),
    _column(
        "Length",
        "Characters of a text: `3`, `2 to 40`; one number is the most.",
        12,
        "max length; maximum length; max characters; character limit; longitud; longitud máxima; länge; "
        "maximale länge; longueur; longueur maximale; lunghezza; lunghezza massima; comprimento; "
        "comprimento máximo; длина; максимальная длина",
    ),
    _column("Minimum length", "Characters of a text.", 12, "min length; longitud mínima"),
    _column(
        "Pattern",
        "Regular expression.",
        20,
        "regex; regexp; regular expression; property regex; patrón; expresión regular",
    ),
    _column(
        "Format", "`email`, `uuid`, `date`; else a word on the values.", 12, "formato; формат"
    ),
    _column(
        "Constraints",
        "Any of these, between semicolons.",
        20,
        "constraint; validation; validation rule; validation rules; restrictions; restricciones; ограничения",
    ),
    _column(
        "Is a list",
        "yes: several values.",
        10,
        "is list; is array; property is array; array; repeated",
    ),
    _column(
        "Unit",
        "Goes into the description.",
        10,
        "units; unidad; unidades; einheit; unité; unità; unidade; единица; единицы",
    ),
)
MORE_EVENT_COLUMNS = (
    _column(
        "Kind of call",
        "track, page, screen, identify, group or alias.",
        14,
        "event type; rule type; call type; type of call; call; method; event call; api call; tracking call; "
        "segment call; type of event; message type; kind; type; entity type; tipo de evento; tipo de llamada; "
        "tipo; тип события; тип вызова; тип; event",
    ),
    _column(
        "Required properties",
        "Names; these are never left out.",
        30,
        "required property; required params; required parameters; required event properties; mandatory properties; "
        "mandatory parameters; required fields; propiedades obligatorias; parámetros obligatorios; "
        "обязательные свойства; обязательные параметры",
    ),
    _column(
        "Optional properties",
        "Names.",
        30,
        "optional property; optional params; optional parameters; optional event properties; optional fields; "
        "propiedades opcionales; parámetros opcionales; необязательные свойства",
    ),
    _column(
        "User properties",
        "Names of properties of people.",
        30,
        "user properties set; user properties updated; user property; traits; user traits; propiedades de usuario; "
        "свойства пользователя; свойства пользователей",
    ),
    *MORE_PROPERTY_COLUMNS,
)
"""What is read of others' sheets of events besides `EVENT_COLUMNS`, and never written."""

USER_COLUMNS = (
    _column(
        "User property",
        "Name of a property of the person.",
        24,
        "property; properties; name; user properties; user property name; property name; user attribute; trait; "
        "traits; trait name; parameter; parameter name; propiedad; propiedades; propiedad de usuario; "
        "propiedades de usuario; nutzereigenschaft; nutzereigenschaften; propriété utilisateur; "
        "propriétés utilisateur; proprietà utente; propriedade do usuário; propriedades do usuário; свойство; "
        "свойства; свойство пользователя; свойства пользователя; название",
    ),
    _column(
        "Type",
        "text, integer, number, boolean, money, time, list of …",
        14,
        "property type; value type; data type; datatype; property value type; property data type; tipo; "
        "tipo de dato; тип; тип данных",
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
        "about; meaning; definition; property description; descripción; beschreibung; описание; описание свойства",
        "comment; comments; notes; remarks; comentarios; notas; комментарий; комментарии; примечание",
    ),
)
MORE_USER_COLUMNS = (
    _column(
        "Required",
        "yes: never left out.",
        10,
        "is required; mandatory; property status; reqd; obligatorio; обязательное",
        "status; presence",
    ),
    *MORE_PROPERTY_COLUMNS,
)
"""What is read of others' sheets of people besides `USER_COLUMNS`, and never written."""

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
        "Optional",
        "yes: people may get further without it.",
        10,
        "is optional; stage optional; can be passed over; необязательный",
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

_ONLY = ("Property", "Type", "Required", "Allowed values", "Example", "Description")
ONLY_IN_PLANS = frozenset(
    title
    for column in EVENT_COLUMNS
    if column.title in _ONLY
    for title in (column.title.lower(), *column.aliases)
) - {"type"}
"""Titles, in lower case, that a plan's columns have, and hardly a log's."""
