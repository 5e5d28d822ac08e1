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


def column_of(
    title: str, about: str, width: int, aliases: str = "", guesses: str = ""
) -> SheetColumn:
    """Return a column; names of others stand between semicolons."""
    return SheetColumn(title, about, width, _names(aliases), _names(guesses))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split("; ")) if text else ()


EVENTS = "Events"
CRITICAL_PATH = "Critical path"
DIAGRAMS = "Diagrams"

# Events and people have these two columns alike; their other columns differ in what others call
# them.
_ALLOWED_VALUES = column_of(
    "Allowed values",
    "One after the other, separated by semicolons; empty: any.",
    30,
    "values; enum; enum values; permitted values; possible values; property values; property value; "
    "accepted values; valid values; value options; options; parameter values; valores permitidos; "
    "valores posibles; valores; valeurs autorisées; valeurs possibles; erlaubte werte; mögliche werte; "
    "valori ammessi; valores aceitos; valores possíveis; valeurs; valeurs acceptées; werte; zulässige werte; "
    "valori; valori possibili; допустимые значения; возможные значения; значения",
)
_EXAMPLE = column_of(
    "Example",
    "Values as they were simulated.",
    26,
    "examples; example value; example values; sample; sample value; sample values; sample data; property example; "
    "example data; e g; ejemplo; ejemplos; valor de ejemplo; exemple; exemples; beispiel; beispiele; esempio; "
    "exemplo; exemple de valeur; beispielwert; beispielwerte; esempi; valore di esempio; exemplos; "
    "valor de exemplo; пример; примеры; пример значения; пример значений",
)

EVENT_COLUMNS = (
    column_of(
        "Category",
        "Business process that the event belongs to.",
        20,
        "process; business process; categories; event category; event group; group; area; feature; section; "
        "categoría; categoría del evento; proceso; catégorie; kategorie; categoria; категория; процесс; "
        "бизнес процесс; категория события; ereigniskategorie; catégorie de l'événement; catégorie d'événement; "
        "categoria evento; categoria dell'evento; categoria do evento; processus; prozess; geschäftsprozess; processo; "
        "bereich",
        "screen; screen name; page; page name; module; flow; user flow; journey; product area; pantalla; экран; "
        "страница",
    ),
    column_of(
        "Event",
        "Name of the event, as sent.",
        26,
        "event name; events; event key; event names; entity name; gtm event; ga event; ga4 event; "
        "ga4 event name; firebase event; datalayer event; data layer event; analytics event; tracking event; "
        "evento; eventos; nombre del evento; nombre de evento; événement; nom de l'événement; ereignis; "
        "ereignisname; nome do evento; nome evento; eventi; événements; ereignisse; событие; события; "
        "название события; имя события; name des ereignisses; nom d'événement; nome dell'evento; nome de "
        "evento",
        "name; event type; action; event action; nombre; nom; nome; название",
    ),
    column_of(
        "Description",
        "What the person, or the system, has done.",
        44,
        "event description; entity description; about; definition; event definition; meaning; descripción; "
        "descripción del evento; beschreibung; descrição; descrizione; описание; описание события; "
        "description de l'événement; beschreibung des ereignisses; ereignisbeschreibung; descrizione dell'evento; "
        "descrizione evento; descrição do evento",
        "trigger; event trigger; triggers; when; when fired; when to fire; fires when; firing condition; "
        "when it fires; when does it fire; when it is fired; when is it fired; fired when; when it is sent; when sent; "
        "sent when; when triggered; triggered when; when it triggers; when tracked; display name; "
        "event display name; friendly name; comment; "
        "comments; notes; remarks; cuándo; cuándo se envía; disparador; notas; comentarios; déclencheur; auslöser; "
        "комментарий; комментарии; примечание; примечания; когда; триггер; nota; observación; observaciones; "
        "comentario; bemerkung; bemerkungen; kommentar; kommentare; anmerkung; anmerkungen; notiz; notizen; hinweis; "
        "hinweise; commentaire; commentaires; remarque; remarques; note; remark; commento; commenti; osservazione; "
        "osservazioni; comentário; comentários; observação; observações; заметка; заметки; wann; quand; quando; "
        "gatilho; acionador",
    ),
    column_of(
        "Optional",
        "yes: a person may do without it here.",
        10,
        "is optional; event optional; необязательное",
    ),
    column_of(
        "Revenue",
        "yes: money moves with it.",
        10,
        "has revenue; доход; выручка",
    ),
    column_of(
        "Identifies",
        "yes: from here on the person is known by a user_id.",
        11,
        "is identifying",
    ),
    column_of(
        "State changes",
        "What changes about the person, in curly braces.",
        30,
        "changes; state; state change; изменение состояния; изменения состояния",
    ),
    column_of(
        "Property",
        "Name of one property of the event; one row each.",
        22,
        "event property; property name; event property name; properties; event properties; props; prop; "
        "event props; parameter; parameters; param; params; event parameter; event parameters; parameter name; "
        "event parameter name; attribute; attributes; attribute name; property key; key; properties name; "
        "propiedad; propiedades; nombre de la propiedad; parámetro; parámetros; nombre del parámetro; propriété; "
        "propriétés; paramètre; paramètres; eigenschaft; eigenschaften; propriedade; propriedades; proprietà; "
        "nom de la propriété; attribut; attributs; eigenschaftsname; nome da propriedade; parâmetro; parâmetros; "
        "nome proprietà; parametro; parametri; merkmal; merkmale; свойство; свойства; параметр; параметры; "
        "свойство события; свойства события; название свойства; название параметра; атрибут; datalayer variable; "
        "datalayer variables; data layer variable; data layer variables; ga4 parameter; ga4 parameters",
        "field; fields; variable; variables; payload; event payload; event data; json; data layer; campo; campos; "
        "поле; поля",
    ),
    column_of(
        "Type",
        "text, integer, number, boolean, money, time, list of …",
        14,
        "property type; value type; data type; datatype; property value type; property data type; parameter type; "
        "types; property types; data types; parameter types; "
        "tipo; tipo de dato; tipo de datos; tipo de valor; type de donnée; datentyp; typ; tipo di dato; "
        "type de données; tipo di dati; tipo de dado; tipo de dados; тип; тип данных; тип свойства; тип параметра",
    ),
    column_of(
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
    column_of(
        "Property description",
        "What the property says.",
        44,
        "about the property; property about; property definition; parameter description; attribute description; "
        "descripción de la propiedad; descripción del parámetro; description de la propriété; "
        "beschreibung der eigenschaft; descrizione della proprietà; descrição da propriedade; описание свойства; "
        "описание параметра; свойство описание; eigenschaftsbeschreibung; descrizione proprietà; "
        "descrição do parâmetro; descrizione del parametro; description du paramètre; beschreibung des parameters",
    ),
)

USER_COLUMNS = (
    column_of(
        "User property",
        "Name of a property of the person.",
        24,
        "property; properties; name; user properties; user property name; property name; user attribute; trait; "
        "traits; trait name; parameter; parameter name; propiedad; propiedades; propiedad de usuario; "
        "propiedades de usuario; nutzereigenschaft; nutzereigenschaften; propriété utilisateur; "
        "propriétés utilisateur; proprietà utente; propriedade do usuário; propriedades do usuário; свойство; "
        "свойства; свойство пользователя; свойства пользователя; название; eigenschaft; eigenschaften; propriété; "
        "propriétés; proprietà; propriedade; propriedades; nutzerattribut; benutzereigenschaft; "
        "benutzereigenschaften; attribut utilisateur; attributo utente; atributo do usuário; atributo de usuario",
    ),
    column_of(
        "Type",
        "text, integer, number, boolean, money, time, list of …",
        14,
        "property type; value type; data type; datatype; property value type; property data type; tipo; "
        "tipo de dato; тип; тип данных; typ; datentyp; type de donnée; type de données; tipo de datos; tipo di dato; "
        "tipo di dati; tipo de dado; tipo de dados; тип свойства",
    ),
    column_of(
        "Start",
        "What it holds at first; null: nothing.",
        14,
        "initial value; default; начальное значение; valor inicial; valor por defecto; startwert; anfangswert; "
        "standardwert; valeur initiale; valeur par défaut; valore iniziale; valore predefinito; valor padrão; "
        "значение по умолчанию",
    ),
    column_of(
        "Changes",
        "yes: it changes in the course of a life.",
        10,
        "is mutable; меняется",
    ),
    _ALLOWED_VALUES,
    _EXAMPLE,
    column_of(
        "Description",
        "What the property says.",
        44,
        "about; meaning; definition; property description; entity description; descripción; "
        "beschreibung; описание; описание свойства; "
        "descripción de la propiedad; beschreibung der eigenschaft; descrizione; descrizione della proprietà; "
        "descrição; descrição da propriedade; description de la propriété",
        "display name; comment; comments; notes; remarks; comentarios; notas; комментарий; комментарии; "
        "примечание; nota; observación; observaciones; comentario; bemerkung; bemerkungen; "
        "kommentar; kommentare; anmerkung; anmerkungen; notiz; notizen; hinweis; hinweise; commentaire; "
        "commentaires; remarque; remarques; note; remark; commento; commenti; osservazione; osservazioni; comentário; "
        "comentários; observação; observações; "
        "заметка; заметки",
    ),
)
PATH_COLUMNS = (
    column_of(
        "Stage",
        "Stage of the critical path, in order.",
        20,
        "step; stage name; этап; шаг; стадия",
    ),
    column_of(
        "Events",
        "Events that take a person there, separated by semicolons; empty: everybody who came.",
        34,
        "event; event name; on; событие; события",
    ),
    column_of(
        "Condition",
        "What must hold at that event.",
        24,
        "when; условие",
    ),
    column_of(
        "Optional",
        "yes: people may get further without it.",
        10,
        "is optional; stage optional; can be passed over; необязательный",
    ),
    column_of(
        "Goal",
        "yes: who gets here has converted.",
        8,
        "is goal; цель",
    ),
    column_of(
        "Example user_id",
        "One simulated person on the way.",
        22,
        "user_id; user id; пример user_id",
    ),
    column_of("Example event", "Event by which that person got there.", 24),
    column_of(
        "Example time",
        "When that person got there, UTC.",
        22,
        "time; время",
    ),
    column_of(
        "Example properties",
        "What that event said.",
        60,
        "properties; свойства",
    ),
)

PLAN_COLUMNS = (
    column_of(
        "About this plan",
        "What is said: Name, Title, Description, Currency.",
        24,
        "about the plan; о плане",
    ),
    column_of("Text", "What it says.", 60),
)
PLAN_ROWS = ("Name", "Title", "Description", "Currency")
"""Rows of the table below the user properties: what a `Plan` says of itself, where it says something."""

CATEGORY_COLUMNS = (
    column_of(
        "Event category",
        "A business process.",
        24,
        "process name",
    ),
    column_of(
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
