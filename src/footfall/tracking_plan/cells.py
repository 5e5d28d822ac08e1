"""Texts of cells that hold several things: as writers write them, and as readers understand other people's too.

Whatever `joined`, `braced` and `type_text` write, `split`, `changes_of` and `type_of` read back
unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from footfall.tracking_plan.plan import PlanProperty, PlanType
from footfall.tracking_plan.same_as import same_as
from footfall.tracking_plan.value_words import ANYTHING, NO_PROPERTY, says_no_value

FIELD = "[]."
"""Between the name of a list of records and that of a field of it: `products[].sku`, on a row of its own."""

YES, NO = "yes", ""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, as a set to look words up in."""
    return frozenset(words.split())


MUST = word_set(
    "required req mandatory always must обязательно обязательное обязательный "
    "obligatorio obligatoria requerido requerida obligatoire requis requise pflicht erforderlich "
    "obrigatório obrigatória obbligatorio obbligatoria richiesto richiesta"
)
"""What says of a property that it is never left out, wherever that stands."""
_YES = (
    MUST
    | {"always sent", "always present"}
    | word_set(
        "yes y true t on 1 x ✓ ✔ ✅ ☑ + да д истина oui vrai ja wahr sì vero sí si verdadero sim"
    )
)
_NO = {"sometimes sent", "never sent", "not required", "sometimes present"} | word_set(
    "no n false f 0 optional opt nullable never нет н ложь необязательно необязательное необязательный опционально "
    "non nein falsch falso nao não opcional facultatif facultative optionnel optionnelle facoltativo opzionale "
    "n/a na none"
)
DASHES = frozenset("-–—")
"""What stands in a cell so that it is not empty."""
_CLOSING = {"[": "]", "{": "}", "(": ")"}
MOST_QUOTES = 1000
"""Quotes of a cell beyond which they mean nothing: the end of each is looked for through the rest of the text."""
_STRONG, _WEAK = ";\n", (";\n", "|", ",")


def is_yes(text: str) -> bool:
    """Return whether a cell says yes, in one of the languages that plans are written in."""
    return text.strip().casefold() in _YES


def is_no(text: str) -> bool:
    """Return whether a cell says no; an empty one, or a dash, says nothing else."""
    plain = text.strip().casefold()
    return not plain or plain in DASHES or plain in _NO


def joined(values: Iterable[str]) -> str:
    """Return values as one text, separated by semicolons.

    Those that would be taken for several stand in quotes.
    """
    return "; ".join(value if _is_plain(value) else in_quotes(value) for value in values)


OR = "or|oder|ou|или"
"""Words between values, as a pattern."""
_MISREAD = re.compile(
    rf"[\[^{{].*|.*\s(?:{OR})\s.*|.*\(default.*|"
    r"[+-]?\d+\s*[:=].*|(?:e\.?\s?g|such as|for example|например|z\. ?B|p\. ?ej)\b.*|"
    r".*(?:…|\.\.\.|etc\.?|and so on)",
    re.IGNORECASE | re.DOTALL,
)


def joined_values(values: Sequence[str]) -> str:
    """Return allowed values as one text; in quotes those that a reader would take for more than themselves."""
    is_alone = len(values) == 1
    return "; ".join(
        in_quotes(value)
        if _MISREAD.fullmatch(value) or (is_alone and "/" in value)
        else joined((value,))
        for value in values
    )


def _is_plain(value: str) -> bool:
    """Return whether a value needs no quotes: both readers, of values and of allowed values, give it back as one."""
    if (
        value.startswith('"')
        or value in DASHES
        or value.casefold() in ANYTHING
        or says_no_value(value)
        or not _is_balanced(value)
    ):
        return False
    return split(value) == (value,) == split_list(value)


def _is_balanced(value: str) -> bool:
    waiting: list[str] = []
    for character in value:
        if character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif character in _CLOSING.values() and (not waiting or waiting.pop() != character):
            return False
    return not waiting


def split(text: str) -> tuple[str, ...]:
    """Return the values of a cell that semicolons or line breaks separate.

    Quotes and brackets keep theirs together.
    """
    return tuple(_parts(text, _STRONG))


def allowed(text: str) -> tuple[str, ...]:
    """Return the allowed values of a cell; none where it says that any will do."""
    return () if text.strip().casefold() in ANYTHING else split_list(text)


def split_list(text: str) -> tuple[str, ...]:
    """Return the values of a cell of allowed values: also separated by bars or commas, where there is no semicolon."""
    for signs in _WEAK:
        parts = tuple(_parts(text, signs))
        if len(parts) > 1:
            return parts
    return split(text)


def list_text(elements: Iterable[str]) -> str:
    """Return elements as one list: `[a, b]`, those that hold a separator in quotes; "" for none."""
    parts = (each if _SEPARATORS.isdisjoint(each) else in_quotes(each) for each in elements)
    text = ", ".join(parts)
    return f"[{text}]" if text else ""


_SEPARATORS = frozenset(',;|\n[]"')
_ODD = frozenset(';\n|,/:=(){}[]"')
_BULLET = re.compile(r"[-–—•*·]|.*\s[-–—]\s", re.DOTALL)


def name_text(name: str) -> str:
    """Return a name as a cell that holds it alone: in quotes where it could be taken for several, or for more."""
    is_word = name.casefold() in NO_PROPERTY or same_as(name)
    if is_word or not _ODD.isdisjoint(name) or _BULLET.match(name):
        return in_quotes(name)
    return name


def in_quotes(text: str) -> str:
    """Return a text as `one_quoted` reads it."""
    return '"' + text.replace('"', '""') + '"'


def one_quoted(text: str) -> str | None:
    """Return the text that a cell holds in quotes as a whole, None for a cell without."""
    plain = text.strip()
    if len(plain) < 2 or not _QUOTED.fullmatch(plain):
        return None
    return plain[1:-1].replace('""', '"')


def split_names(text: str, *, has_bars: bool = True) -> tuple[str, ...]:
    """Return the names of a cell, whatever of these signs separates them: names hold none of them.

    Args:
        has_bars: Whether bars separate, too.
    """
    signs = "".join(_WEAK)
    return tuple(_parts(text, signs if has_bars else signs.replace("|", "")))


def _parts(text: str, signs: str) -> Iterator[str]:
    """Yield what stands between some signs, outside of quotes and brackets, without spaces around it."""
    start, at = 0, 0
    for at, end in _breaks(text, signs):
        yield from _unquoted(text[start:at])
        start = end
    yield from _unquoted(text[start:])


def _breaks(text: str, signs: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the signs that separate: those outside of quotes and brackets.

    A bracket without its counterpart is a character like others, and so is a quote within a
    value, as in `27" monitor`.
    """
    waiting: list[str] = []
    # Where each closing bracket stands last says at once whether one that opens here can ever
    # close.
    last = {opening: text.rfind(closing) for opening, closing in _CLOSING.items()}
    at, is_start = 0, text.count('"') <= MOST_QUOTES
    can_quote = is_start
    while at < len(text):
        character = text[at]
        quoted = _QUOTED.match(text, at) if is_start and character == '"' else None
        if quoted and _ends_there(text, quoted.end(), signs):
            at, is_start = quoted.end(), False
            continue
        if waiting and character == waiting[-1]:
            waiting.pop()
        elif last.get(character, -1) > at:
            waiting.append(_CLOSING[character])
        elif character in signs and not waiting:
            yield at, at + 1
            is_start = can_quote
        is_start = is_start and (character.isspace() or character in signs)
        at += 1


_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def _ends_there(text: str, at: int, signs: str) -> bool:
    rest = text[at:].lstrip(" \t")
    return not rest or rest[0] in signs


def _unquoted(part: str) -> Iterator[str]:
    part = part.strip()
    if _QUOTED.fullmatch(part):
        yield part[1:-1].replace('""', '"')
    elif part:
        yield part


def braced(changes: Iterable[str]) -> str:
    """Return changes of state as a reader of the diagram sees them: each in curly braces."""
    return " ".join(f"{{{change}}}" for change in changes)


def changes_of(text: str) -> tuple[str, ...]:
    """Return the changes of state of a cell: what stands in curly braces, else what semicolons separate."""
    found, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character == "{":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif character == "}" and depth:
            depth -= 1
            found += [text[start:at].strip()] if depth == 0 else []
    return tuple(filter(None, found)) if found else split(text)


# --- formulas ---------------------------------------------------------------------------------------------------------

# With a tab or a line break before it a sign still begins a formula, and some spreadsheets read
# the wide signs of East Asia as the plain ones.
_RISKY = tuple("=+-@\t\r\n＝＋－＠'")


def guarded(text: str) -> str:
    """Return a cell of a CSV file so that no spreadsheet takes it for a formula: with a `'` before what might be one.

    A text that begins with `'` gets one more, so that `unguarded` gives back every text.

    Source: OWASP, CSV injection.
    """
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given.

    What others wrote stays as it is, unless a `'` guards it.
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


# --- types -----------------------------------------------------------------------------------------------------------


def type_text(planned: PlanProperty) -> str:
    """Return a property's type in words: `text`, `list of integer`, `list of records`, `any`."""
    return f"list of {planned.item or 'records'}" if planned.type == "list" else planned.type


_WORDS: dict[PlanType, str] = {
    "text": "text string str varchar char uuid guid id enum email url uri строка текст строковый текстовый chaîne "
    "texte zeichenkette cadena texto testo",
    "integer": "integer int int32 int64 bigint long short count whole целое ganzzahl entier entière entero entera "
    "inteiro inteira intero",
    "number": "number numeric num float float32 float64 double decimal real percent число числовой дробное "
    "вещественное zahl nombre número numero décimal decimale dezimalzahl",
    "boolean": "boolean bool flag логический логическое булево булевый булев booléen wahrheitswert booleano booleana",
    "money": "money currency price amount деньги сумма валюта argent geld dinero betrag montant "
    "importo valuta moneda moeda",
    "time": "time date datetime timestamp moment iso8601 дата время datum zeit heure fecha hora data ora "
    "uhrzeit zeitpunkt zeitstempel horodatage",
    "list": "list array set список массив перечень liste tableau lista elenco",
    "record": "record object struct map dict объект objekt objet oggetto objeto",
    "any": "any json любой",
}
_TYPES: dict[str, PlanType] = {
    word: kind for kind, words in _WORDS.items() for word in words.split()
}
_LIST = re.compile(r"(.+?)\s*\[\s*\]|(?:array|list|set)\s*[<\[(]\s*(.+?)\s*[>\])]")
_RECORDS = word_set(
    "record records object objects struct structs map dict row rows объект объектов записей"
)
_NOUNS = word_set("número numero nombre число zahl numéro number")
_OF = word_set("of из von de d des di a an the")


def type_of(text: str) -> tuple[PlanType, PlanType | None] | None:
    """Return the type that a cell names, and that of a list's elements (None: records).

    None for words unknown.

    Args:
        text: Such as `list of integer`, `string[]`, `Array<object>`, `строка`, `целое число`,
            `datetime (UTC)`.
    """
    # The first word that is known counts: of `datetime (UTC)` and `целое число` that is the
    # telling one.
    plain = re.sub(r"\s+", " ", text.strip().casefold())
    listed = _LIST.fullmatch(plain)
    if listed:
        within = listed[1] or listed[2]
        words = _words(within)
        is_nested = _LIST.fullmatch(within) or _of_words(words) == "list"
        return ("list", "list") if is_nested else _listed(words)
    words = _words(plain)
    if words and _TYPES.get(words[0]) == "list":
        return _listed([word for word in words[1:] if word not in _OF])
    kind = _of_words(words)
    return None if kind is None else (kind, None)


def is_type_word(word: str) -> bool:
    """Return whether a word names a type, or belongs to the name of one, as the two of `of objects`."""
    plain = word.casefold()
    return bool({plain, _singular(plain)} & {*_TYPES, *_RECORDS, *_OF})


def _listed(words: list[str]) -> tuple[PlanType, PlanType | None]:
    """Return a list of what some words name: of anything without any, of texts where they name nothing."""
    if not words:
        return "list", "any"
    if any(word in _RECORDS for word in words):
        return "list", None
    return "list", _of_words(words) or _of_words([_singular(word) for word in words]) or "text"


def _singular(word: str) -> str:
    irregular = {
        "строк": "строка",
        "чисел": "число",
        "дат": "дата",
        "целых": "целое",
        "текстов": "текст",
    }
    return irregular.get(word, word.removesuffix("s"))


def _of_words(words: list[str]) -> PlanType | None:
    known = [_TYPES[word] for word in words if word in _TYPES]
    # `número entero`: in some languages the telling word comes behind.
    is_whole = known[:2] == ["number", "integer"] and words[0] in _NOUNS
    return "integer" if is_whole else next(iter(known), None)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)
