"""Columns that other people's sheets have besides those that we write: read, and never written."""

from __future__ import annotations

from footfall.tracking_plan.sheet_columns import column_of

MORE_PROPERTY_COLUMNS = (
    column_of(
        "Range",
        "`1 to 5`, `18+`, `>= 10`.",
        12,
        "value range; rango; wertebereich; plage; intervallo; intervalo; диапазон; rango de valores; "
        "plage de valeurs; intervalle; intervallo di valori; intervalo de valores; faixa de valores; "
        "диапазон значений",
    ),
    column_of(
        "Minimum",
        "Of a number.",
        12,
        "min; min value; minimum value; mínimo; минимум; valor mínimo; mindestwert; minimalwert; valeur minimale; "
        "valeur min; minimo; valore minimo; valore min; минимальное значение; мин",
    ),
    column_of(
        "Maximum",
        "Of a number.",
        12,
        "max; max value; maximum value; máximo; massimo; максимум; valor máximo; höchstwert; maximalwert; "
        "valeur maximale; valeur max; valore massimo; valore max; максимальное значение; макс",
    ),
    column_of(
        "Length",
        "Characters of a text: `3`, `2 to 40`; one number is the most.",
        12,
        "max length; maximum length; max characters; character limit; longitud; longitud máxima; länge; "
        "maximale länge; longueur; longueur maximale; lunghezza; lunghezza massima; comprimento; comprimento máximo; "
        "длина; максимальная длина; longitud max; longitud en caracteres; número máximo de caracteres; max länge; "
        "max. länge; maximallänge; zeichenlänge; zeichenlimit; maximale zeichenzahl; longueur max; taille max; "
        "nombre max de caractères; nombre maximal de caractères; lunghezza max; numero massimo di caratteri; "
        "comprimento max; tamanho máximo; макс. длина; макс длина; длина макс; максимальное количество символов",
    ),
    column_of(
        "Minimum length",
        "Characters of a text.",
        12,
        "min length; longitud mínima; minimum length; min characters; longitud min; mindestlänge; minimale länge; "
        "min länge; min. länge; longueur minimale; longueur min; lunghezza minima; lunghezza min; "
        "comprimento mínimo; comprimento min; tamanho mínimo; минимальная длина; мин. длина; мин длина",
    ),
    column_of(
        "Pattern",
        "Regular expression.",
        20,
        "regex; regexp; regular expression; property regex; patrón; expresión regular; regulärer ausdruck; "
        "expression régulière; expression rationnelle; espressione regolare; expressão regular; "
        "регулярное выражение; шаблон",
    ),
    column_of(
        "Format", "`email`, `uuid`, `date`; else a word on the values.", 12, "formato; формат"
    ),
    column_of(
        "Constraints",
        "Any of these, between semicolons.",
        20,
        "constraint; validation; validation rule; validation rules; restrictions; restricciones; ограничения; "
        "restricción; validación; einschränkung; einschränkungen; validierung; contrainte; contraintes; vincolo; "
        "vincoli; validazione; restrição; restrições; validação; ограничение; валидация",
    ),
    column_of(
        "Is a list",
        "yes: several values.",
        10,
        "is list; is array; property is array; array; repeated; es una lista; ist liste; ist eine liste; "
        "est une liste; è una lista; é uma lista; это список; список ли",
    ),
    column_of(
        "Unit",
        "Goes into the description.",
        10,
        "units; unidad; unidades; einheit; unité; unità; unidade; единица; единицы; unidad de medida; maßeinheit; "
        "unité de mesure; unità di misura; unidade de medida; единица измерения",
    ),
)
MORE_EVENT_COLUMNS = (
    column_of(
        "Kind of call",
        "track, page, screen, identify, group or alias.",
        14,
        "event type; rule type; call type; type of call; call; method; event call; api call; tracking call; "
        "segment call; type of event; message type; kind; type; entity type; tipo de evento; tipo de llamada; tipo; "
        "тип события; тип вызова; тип; event; ereignistyp; aufrufart; type d'événement; type d'appel; "
        "tipo di evento; tipo di chiamata; tipo de chamada",
    ),
    column_of(
        "Scope",
        "`user`: the property is of people.",
        10,
        "property scope; parameter scope; dimension scope; attribute scope; ámbito; alcance; portée; ambito; escopo; "
        "geltungsbereich; область",
    ),
    column_of(
        "Required properties",
        "Names; these are never left out.",
        30,
        "required property; required params; required parameters; required event properties; mandatory properties; "
        "mandatory parameters; required fields; propiedades obligatorias; parámetros obligatorios; "
        "обязательные свойства; обязательные параметры; pflichteigenschaften; pflichtparameter; "
        "propriétés obligatoires; paramètres obligatoires; proprietà obbligatorie; parametri obbligatori; "
        "propriedades obrigatórias; parâmetros obrigatórios",
    ),
    column_of(
        "Optional properties",
        "Names.",
        30,
        "optional property; optional params; optional parameters; optional event properties; optional fields; "
        "propiedades opcionales; parámetros opcionales; необязательные свойства; optionale eigenschaften; "
        "optionale parameter; propriétés facultatives; propriétés optionnelles; paramètres facultatifs; "
        "paramètres optionnels; proprietà facoltative; proprietà opzionali; parametri facoltativi; "
        "parametri opzionali; propriedades opcionais; parâmetros opcionais; необязательные параметры",
    ),
    column_of(
        "User properties",
        "Names of properties of people.",
        30,
        "user properties set; user properties updated; user property; traits; user traits; propiedades de usuario; "
        "свойства пользователя; свойства пользователей; propiedades del usuario; nutzereigenschaften; "
        "benutzereigenschaften; propriétés utilisateur; propriétés de l'utilisateur; proprietà utente; "
        "proprietà dell'utente; propriedades do usuário; propriedades de usuário",
    ),
    *MORE_PROPERTY_COLUMNS,
)
"""What is read of others' sheets of events besides `EVENT_COLUMNS`, and never written."""
MORE_USER_COLUMNS = (
    column_of(
        "Required",
        "yes: never left out.",
        10,
        "is required; mandatory; property status; reqd; obligatorio; обязательное; obligatoria; requerido; "
        "requerida; pflicht; pflichtfeld; erforderlich; obligatoire; requis; obbligatorio; richiesto; obrigatório; "
        "obrigatória; обязательный; обязательность; обязательно",
        "status; presence",
    ),
    *MORE_PROPERTY_COLUMNS,
)
"""What is read of others' sheets of people besides `USER_COLUMNS`, and never written."""
