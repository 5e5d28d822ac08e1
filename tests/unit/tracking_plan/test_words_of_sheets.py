"""Words of sheets in other languages, and what titles and cells say beside a name."""

import pytest

from footfall.errors import UsageError
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.plan_facts import currency_of
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.readers.read import holds_plan

SHEETS = {
    "pt": ("Evento;Propriedade;Tipo;Valores possíveis;Obrigatório", "inteiro", "data", "sim"),
    "de": ("Ereignis;Eigenschaft;Datentyp;Mögliche Werte;Pflichtfeld", "Ganzzahl", "Datum", "ja"),
    "fr": ("Événement;Propriété;Type de données;Valeurs possibles;Obligatoire", "entier", "date", "oui"),
    "it": ("Evento;Proprietà;Tipo di dati;Valori possibili;Obbligatorio", "intero", "data", "sì"),
    "es": ("Evento;Propiedad;Tipo de dato;Valores posibles;Obligatorio", "entero", "fecha", "sí"),
}  # fmt: skip


@pytest.mark.parametrize("language", SHEETS)
def test_sheets_in_other_languages(language, tmp_path):
    """Titles, types and yes are known in each of these, and a date is a day of the calendar."""
    header, whole, day, yes = SHEETS[language]
    path = tmp_path / "plan.csv"
    path.write_text(f"{header}\nPaid;days;{whole};1, 2, 3;{yes}\nPaid;day;{day};;\n")
    plan = read_plan(path)
    assert [str(remark) for remark in plan.remarks] == []
    days, on = plan.events[0].properties
    assert (days.type, days.values, days.is_required) == ("integer", ("1", "2", "3"), True)
    assert (on.type, on.constraint.format, on.is_required) == ("text", "date", False)


@pytest.mark.parametrize(
    ("header", "note"),
    [
        ("Ereignis;Eigenschaft;Max. Länge;Mindestlänge;Regulärer Ausdruck", "Bemerkung"),
        ("Événement;Propriété;Longueur max;Longueur min;Expression régulière", "Remarque"),
        ("Evento;Proprietà;Lunghezza max;Lunghezza minima;Espressione regolare", "Nota"),
        (
            "Evento;Propriedade;Comprimento max;Comprimento mínimo;Expressão regular",
            "Observação",
        ),
        ("Evento;Propiedad;Longitud max;Longitud mínima;Expresión regular", "Comentario"),
        ("Событие;Свойство;Макс. длина;Мин. длина;Регулярное выражение", "Заметка"),
    ],
)
def test_constraints_and_notes_in_other_languages(header, note, tmp_path):
    """Lengths and patterns are read, and a note is the description of its property, which is said."""
    path = tmp_path / "plan.csv"
    path.write_text(f"{header};{note}\nPaid;code;40;2;^A;At the till\n")
    plan = read_plan(path)
    (code,) = plan.events[0].properties
    assert code.constraint == Constraint(least=2, most=40, pattern="^A")
    assert code.about == "At the till"
    said = [str(r) for r in plan.remarks if "guessed" not in str(r)]
    assert said == [f"plan.csv, cell F1: column {note} is taken for Property description"]


@pytest.mark.parametrize(
    ("example", "kind", "form"),
    [
        ("2026-01-31", "text", "date"),
        ("2026-01-31T12:00:00Z", "time", ""),
        ("31.01.2026", "text", ""),
    ],
)
def test_a_date_is_what_its_examples_are(example, kind, form, tmp_path):
    """Where they hold a time, or another way to write a day, no format is asked for."""
    path = tmp_path / "plan.csv"
    path.write_text(f"Event,Property,Type,Example\nPaid,day,date,{example}\n")
    (found,) = read_plan(path).events[0].properties
    assert (found.type, found.constraint.format) == (kind, form)


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("free/pro/team", ("free", "pro", "team")),
        ("new / used", ("new", "used")),
        ("km/h", ("km/h",)),
        ('"a/b/c"', ("a/b/c",)),
        ("01/02/2026", ("01/02/2026",)),
    ],
)
def test_words_between_slashes_are_allowed_values(cell, values, tmp_path):
    """Three of them, or two with spaces around the slash; a unit, a date and what stands in quotes is one value."""
    path = tmp_path / "plan.tsv"
    quoted = cell.replace('"', '""')
    path.write_text(f'Event\tProperty\tType\tAllowed values\nPaid\tx\tstring\t"{quoted}"\n')
    assert read_plan(path).events[0].properties[0].values == values


def test_titles_of_columns_may_name_a_type(tmp_path):
    """`currency (string)` is a text called currency, `size (EU)` a property of this name."""
    path = tmp_path / "plan.csv"
    header = "Event,currency (string),value (number),size (EU),item_id"
    path.write_text(f"{header}\npurchase,x,required,x,x\n")
    found = read_plan(path).events[0].properties
    assert [(p.name, p.type) for p in found] == [
        ("currency", "text"),
        ("value", "number"),
        ("size (EU)", "any"),
        ("item_id", "text"),
    ]


@pytest.mark.parametrize(
    ("examples", "currency"),
    [(("49,90 €",), "EUR"), (("49.90",), "USD"), (("€ 5", "$ 5"), "USD"), (("5 kg",), "USD")],
)
def test_the_currency_of_numbers_is_that_of_their_signs(examples, currency):
    """A number whose examples have one currency says the plan's, as money does; several, or none, say nothing."""
    price = PlanProperty("price", "number", examples=examples)
    plan = Plan("p", events=(PlanEvent("Paid", properties=(price,)),))
    assert currency_of(plan) == currency


def test_a_key_that_stands_twice_in_a_plan_is_told_as_of_a_plan(tmp_path):
    """YAML that cannot be read is a plan if it speaks of events and of nothing that only scenarios have."""
    events = "events:\n  Paid: {x: text}\n  Paid: {y: text}\n"
    for text, is_plan in (
        (events, True),
        (f"scenario: shop\n{events}", False),
        ("a: [", False),
    ):
        path = tmp_path / "plan.yaml"
        path.write_text(text)
        assert holds_plan(path) == is_plan
    path.write_text(events)
    with pytest.raises(UsageError, match=r"plan.yaml, line 3: `Paid` is set twice"):
        read_plan(path)
