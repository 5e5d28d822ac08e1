"""Hypothesis strategies for small scenarios: any mixture of steps that the language allows, with names of their own."""

from __future__ import annotations

from hypothesis import strategies as st

HEAD = """\
footfall: 1
scenario: generated
calendar: {{start: 2026-03-20, length: 12 days, rhythm: evenings, holidays: {{03-25: 40%}}}}
people:
  count: {count}
  already_here: {{share: 30%, over: 9 days}}
  growth: 10 %/month
  home: cities
  properties:
    points: {{start: 0, type: integer}}
    mood: {{pick: {{good: 3, bad: 1}}}}
    pace: {{lognormal: {{median: "1.2 if mood == 'bad' else 1", spread: 0.4}}}}
    pays: {{by: mood, pick: {{good: {{card: 1, cash: 2}}, else: {{cash: 1}}}}}}
    size: {{normal: {{mean: 10, sd: 3}}, between: [1, 30], type: integer, range: 1 to 30}}
    code: {{pick: [AB-1, CD-22, null], pattern: '^[A-Z]{{2}}-[0-9]+$', length: 4 to 5}}
    mail: {{start: a@example.org, format: email}}
    address: {{fake: email, format: email}}
    phone: {{fake: phone}}
    tags: {{of: tag, at_most: 3, start: [], elements: at most 3, length: 3 to 5}}
devices:
  per_person: {{1: 2, 2: 1}}
  kinds: {{columns: [platform, os_name], rows: [[phone, Android], [computer, Linux]], weights: [3, 1]}}
sessions:
  properties:
    source: {{pick: {{direct: 2, search: 1}}}}
    ip: {{fake: ip address}}
    before: {{fake: referrer}}
catalogues:
  cities:
    columns: [city, country, time_zone]
    rows: [[Paris, FR, Europe/Paris], [Kolkata, IN, Asia/Kolkata], [New York, US, America/New_York]]
    weights: [5, 3, 2]
  tag: {{rows: [red, green, blue], popularity: zipf 1}}
  item: {{columns: [sku, price: money], rows: [[a, 1.50], [b, 20], [c, 3.25]]}}
stages: [visitor, active: {{on: e1}}, fan: {{on: e2, when: points >= 2}}]
properties:
  mood: {{value: mood}}
  points: {{value: points}}
  source: {{value: source, required: true}}
  place:
    fields:
      city: {{value: city, values: [Paris, Kolkata, New York], required: true}}
      size: {{value: size, range: at least 1 and below 31}}
      deep: {{fields: {{sku: {{value: item.sku, length: 1}}, tags: {{value: tags, elements: at most 3}}, code: code}}}}
  code: {{fields: {{text: code}}}}
  lines: {{value: lines, elements: at most 2}}
events:
  All:
    e1: {{properties: [mood, points, place, lines]}}
    e2:
      properties: {{points: points, was: before(points), had: before(count(tags)), stood: before(stage)}}
      identifies: true
    e3:
      properties:
        sku: {{value: item.sku, values: [a, b, c], pattern: '^[abc]$'}}
        price: {{value: item.price, range: above 1 and at most 20}}
      revenue: item.price
    e4: {{properties: [source, code]}}
    e5:
      properties:
        due: now + 1 month
        pay: next('last business day', 9)
        rests: today('business day')
        ago: since('e1') / 1 h
        ip: ip
        mail: "before(address) + ' ' + before"
        idle: before(since(visit)) / 1 h
        often: count('e1', 3 days)
        row: streak('e3')
        odd: points % 3
        url: "'/' + mood + '/' + points + '?' + coalesce(code, 'none')"
journeys:
  life:
    carries:
      item: item
      sum: money
      lines:
        of:
          sku: {{type: text, values: [a, b, c]}}
          n: {{type: integer, range: 1 to 9}}
          note: {{type: text, required: false}}
        at_most: 2
    steps:
      - pick: item
      - set: {{sum: item.price}}
      - e1: {{after: about 20 min, named: settles}}
      - repeat:
          named: visits
          leave: {leave}%
          odds: 1 / pace
          come back after: about {back} h
          steps:
{steps}
  bonus:
    session: {session}
    slots: 2
    carries: {{by: integer}}
    steps:
      - e2: {{add: {{points: by}}}}
effects:
  - {{named: people, where: life/visits/leave, by: city, odds: {{Paris: 0.5}}}}
  - {{named: pace, where: life/visits, by: city, duration: {{Paris: 0.5, Kolkata: 1.7}}}}
  - {{named: rush, where: life/visits, from: day 2, until: day 5, duration: 0.8}}
  - {{named: slow, where: life/settles, by: mood, duration: {{bad: 2.5}}}}
  - {{named: late, where: life/b*, when: points > 1, duration: 1.5}}
  - {{named: dear, where: life/sum, by: city, value: {{Paris: 1.3, New York: 0.7}}}}
  - {{named: days, where: life/visits/leave, from: day 3, until: day 5, odds: 2}}
  - {{named: mix, where: sessions/source/search, from: day 4, until: day 6, times: 3}}
  - {{named: moods, where: people/mood/bad, by: city, chance: {{Paris: 70%}}}}
  - {{named: sizes, where: people/size, when: mood == 'bad', value: 0.8}}
  - {{named: more, where: life/visits/leave, when: points > 0, times: 1.12}}
  - {{named: storm, where: life/visits/leave, by: mood, from: day 6, until: day 7, chance: {{bad: 2%}}}}
"""


@st.composite
def scenarios(draw: st.DrawFn, count: int = 60) -> str:
    """Return the text of a scenario."""
    counter = iter(range(1000))
    steps = [
        *_steps(draw, counter, depth=0),
        f"- later: bonus\n  named: b{next(counter)}\n  after: about 3 h\n  with: {{by: 1}}",
    ]
    text = "\n".join(_indent(step, 12) for step in steps)
    leave, back = draw(st.sampled_from([5, 20, 40])), draw(st.sampled_from([2, 14, 40]))
    session = draw(st.sampled_from(["own", "none"]))
    if session == "none":
        text = text.replace("e4", "e1")
    return HEAD.format(count=count, steps=text, leave=leave, back=back, session=session)


def _indent(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


def _steps(draw: st.DrawFn, counter: object, depth: int) -> list[str]:
    n = draw(st.integers(1, 4 if depth else 6))
    kinds = ["event", "event", "set", "add", "append", "remove", "guard", "pick"]
    kinds += ["maybe", "either", "repeat"] if depth < 2 else []
    kinds += ["wait", "until", "retry", "leave", "line", "cancel"] + (
        ["go on"] if depth == 0 else []
    )
    return [_step(draw, counter, depth, draw(st.sampled_from(kinds))) for _ in range(n)] + [
        _event(draw, counter)
    ]


def _event(draw: st.DrawFn, counter: object) -> str:
    event = draw(st.sampled_from(["e1", "e2", "e3", "e4", "e5"]))
    wait = draw(
        st.sampled_from(["about 20 s * pace", "5 s", "1 s to 4 min", "about 20 min", None])
    )
    after = f"after: {wait}, " if wait else ""
    return f"- {event}: {{{after}named: n{next(counter)}}}"


def _step(draw: st.DrawFn, counter: object, depth: int, kind: str) -> str:
    name = f"n{next(counter)}"
    chance = draw(
        st.sampled_from(
            ["35%", "0.2 if mood == 'good' else 0.9", "ramp(points, 0.9, 0.1, 5)", "80%"]
        )
    )
    inner = lambda: _indent("\n".join(_steps(draw, counter, depth + 1)), 4)  # noqa: E731 - drawn at each use
    if kind == "event":
        return _event(draw, counter)
    if kind == "maybe":
        return f"- maybe: {chance}\n  named: {name}\n  steps:\n{inner()}"
    if kind == "go on":
        return f"- go on: {chance}\n  named: {name}"
    if kind == "until":
        return f"- come back after: {{until: now + 1 h}}\n  named: {name}"
    if kind == "guard":
        guards = [
            "points < 3 and hour > 6",
            "since('e2') > 90 min or count('e1', 2 days) < 3",
        ]
        return f"- when: {draw(st.sampled_from(guards))}\n  steps:\n{inner()}"
    if kind == "repeat":
        return (
            f"- repeat:\n    named: {name}\n    at_most: 3\n    leave: 30%\n    steps:\n"
            + _indent(inner(), 2)
        )
    if kind == "either":
        options = "\n".join(
            f"      - named: o{k}\n        weight: {k + 1}\n        steps:\n"
            + _indent(inner(), 6)
            for k in range(2)
        )
        return f"- either:\n    named: {name}\n    options:\n{options}"
    return {
        "set": f"- set: {{mood: {{pick: [good, bad]}}}}\n  named: {name}",
        "add": "- add: {points: 1}",
        "append": f"- pick: tag\n  named: {name}\n- append: {{tags: tag}}",
        "wait": f"- wait: about 9 min\n  named: {name}",
        "retry": (
            f"- e1: {{named: {name}r}}\n- maybe: 30%\n  named: {name}\n  steps:\n"
            f"    - retry: {name}r\n      at_most: 2\n      named: {name}p"
        ),
        "cancel": "- cancel: bonus\n  when: points > 1",
        "leave": f"- maybe: 15%\n  named: {name}\n  steps: [leave: visit]",
        "line": "- append: {lines: {sku: item.sku, n: 2, note: code}}",
        "remove": "- remove: {tags: all}\n  when: count(tags) == 3",
        "pick": f"- pick: item\n  named: {name}",
    }[kind]
