"""Plans to write and read: one small scenario, and a plan of nothing but hostile texts."""

from __future__ import annotations

from decimal import Decimal

from footfall.scenario.leaf_records import Constraint
from footfall.scenario.loading import loads
from footfall.tracking_plan.plan import ExampleStep, Plan, PlanEvent, PlanProperty, PlanStage

LESSONS = """\
footfall: 1
scenario: lessons
title: Lessons
about: People book lessons.
currency: EUR
calendar: {start: 2026-03-02, length: 14 days}
people:
  count: 200
  home: cities
  properties:
    plan:   {pick: {free: 3, paid: 1}, about: What is paid}
    score:  {normal: {mean: 5, sd: 2}, type: integer}
    status: {start: null, values: [new, regular], about: Where the person stands}
    taken:  {start: 0, type: integer}
    topics: {of: topic, at_most: 3, start: []}
    last:   {type: time}
sessions:
  properties:
    source: {pick: {search: 2, ads: 1}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
  topic:  {rows: [music, chess]}
  room:   {columns: [room, price: money], rows: [[A; B, 10.50], [C, 0.99]]}
stages: [visitor, booked: {on: Booked}, regular: {on: [Booked, Praised], when: taken >= 2}]
goal: booked
properties:
  source: {value: source, about: Where the visit came from, example: INVENTED}
events:
  Booking:
    Opened: {about: Opens the page, properties: [source]}
    Booked:
      about: Books a room
      properties: {room: room.room, price: room.price, bookings: basket}
      revenue: room.price
      identifies: true
  Feedback:
    Praised: {about: "Likes it: a lot", properties: {stars: {value: 5, required: true}, note: note}}
    Never: {about: Does not happen}
journeys:
  life:
    carries: {room: room, note: text, basket: {of: {room: room, hours: integer}, at_most: 2}}
    steps:
      - Opened
      - repeat:
          named: visits
          at_most: 3
          come back after: about 1 day
          steps:
            - pick: room
            - append: {basket: {room: room, hours: 2}}
            - Booked: {add: {taken: 1}, set: {status: regular}}
            - set: {last: now, note: null}
            - maybe: 50%
              named: likes it
              steps: [Praised: {after: about 10 s}]
            - maybe: 0%
              named: impossible
              steps: [Never]
"""


def lessons():
    """The small scenario, loaded."""
    return loads(LESSONS, "lessons.yaml")


def plan_saying(text: str) -> Plan:
    """A plan in which every text that people choose is this one."""
    known = PlanProperty("size", "text", about=text, values=(text, "b"), examples=(text,))
    user = PlanProperty(
        "mood", "text", about=text, values=(text,), examples=(text,), start=text, changes=True
    )
    event = PlanEvent(text, text, text, (known,), is_optional=True, changes=(text,))
    return Plan(
        name="hostile",
        title=text,
        about=text,
        categories=((text, text),),
        events=(event,),
        user_properties=(user,),
        stages=(PlanStage(text, (text,), text),),
        goal=text,
        example=(ExampleStep(text, text, "2026-03-02T10:00:00.000Z", text, (("size", text),)),),
    )


def prop(name, kind="text", **more):
    """A property of a plan."""
    return PlanProperty(name, kind, **more)


BOUNDS = Constraint(Decimal(18), Decimal(99))
OPEN = Constraint(Decimal(0), Decimal(1), excludes_minimum=True)
GEO = prop(
    "geo",
    "record",
    fields=(prop("lat", "number", constraint=Constraint(Decimal(-90), Decimal(90))),),
)
SHIPPING = prop(
    "Shipping To",
    "record",
    about="Where it goes",
    is_required=True,
    fields=(
        prop("city", is_required=True, values=("Paris", "Lyon")),
        prop("post code", constraint=Constraint(pattern="^[0-9]{5}$"), about="Of the city"),
        GEO,
        prop("stops", "list", item="text", length=Constraint(least=2, most=4)),
    ),
)
PROPERTIES = (
    prop("age", "integer", constraint=BOUNDS),
    prop("share", "number", constraint=OPEN),
    prop("code", constraint=Constraint(least=3, most=3, pattern="^[A-Z]+$")),
    prop("mail", constraint=Constraint(format="email")),
    prop("grades", "list", item="integer", constraint=Constraint(maximum=Decimal(5)), length=Constraint(least=3)),
    prop("items", "list", length=Constraint(least=2), fields=(
        prop("sku", is_required=True, constraint=Constraint(pattern="^S")), prop("n", "integer"),
    )),
    SHIPPING,
)  # fmt: skip
CONSTRAINED = Plan(
    "shop", categories=(("Buying", ""),), events=(PlanEvent("Paid", "Buying", "", PROPERTIES),)
)
"""A plan with constraints of every kind, records and lists."""
