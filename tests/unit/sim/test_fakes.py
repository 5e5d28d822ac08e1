"""Made-up attributes: they fit each other, belong to nobody, and follow from the person alone."""

import ipaddress
import re
from collections import defaultdict

import numpy as np
import pytest

from footfall.compiler.fakes import FAKES as COMPILED
from footfall.scenario import loads
from footfall.scenario.vocabulary import FAKE_NAMES
from footfall.sim.fakes import FAKES, name_lists, session_fakes
from footfall.sim.fakes.name_lists import FEMALE, MALE, names, plain
from footfall.sim.fakes.phone_ranges import RANGES
from tests.simulated import rows, same, simulated

SCENARIO = """\
footfall: 1
scenario: fake_shop
calendar: {start: 2026-01-05, length: 6 days}
people:
  count: 400
  already_here: {share: 30%, over: 5 days}
  home: cities
  properties:
    mail: {fake: email, format: email}
    gender: {pick: [female, male]}
    given: {fake: first name}
    family: {fake: last name}
    name: {fake: full name}
    phone: {fake: phone}
    home_ip: {fake: ip address}
    north: {fake: latitude}
    east: {fake: longitude}
devices:
  per_person: {1: 1, 2: 1}
  kinds: {columns: [platform, os_name], rows: [[phone, Android], [phone, iOS], [computer, Windows], [computer, null]]}
sessions:
  properties:
    source: {pick: [direct, search, "E-Mail List", null]}
    ip: {fake: ip address}
    agent: {fake: user agent}
    page: {fake: landing page}
    before: {fake: referrer}
catalogues:
  cities:
    columns: [city, country, time_zone, language, lat, lng]
    rows:
      - [Paris, FR, Europe/Paris, French, 48.85, 2.35]
      - [Tokyo, JP, Asia/Tokyo, ja, 35.68, 139.69]
      - [Moscow, RU, Europe/Moscow, null, 55.75, 37.62]
      - [Pune, IN, Asia/Kolkata, English, 18.52, 73.86]
      - [Berlin, DE, Europe/Berlin, de-DE, 52.52, 13.4]
      - [Nowhere, XX, UTC, Klingon, 0, 0]
stages: [visitor]
events:
  All:
    Seen:
      properties: {mail: mail, agent: agent, ip: ip, page: page, before: before, source: source, os: os_name, n: visits}
journeys:
  life:
    steps: [repeat: {at_most: 5, steps: [Seen], come back after: about 12 h}]
"""
LANGUAGES = {
    "Paris": "fr",
    "Tokyo": "ja",
    "Moscow": "ru",
    "Pune": "hi",
    "Berlin": "de",
    "Nowhere": "en",
}


@pytest.fixture(scope="module")
def result():
    return simulated(loads(SCENARIO))


@pytest.fixture(scope="module")
def people(result):
    return [(row["city"], row["properties"]) for row in rows(result.arrivals)]


def names_of(listed, language, gender):
    number = names().languages[language]
    first = listed.starts[gender][number]
    return {
        n.decode() for n in listed.names[gender][first : first + listed.counts[gender][number]]
    }


def test_names_fit_language_and_gender(people):
    """Given and family names are those of the home's language (else of its country, else English) and of `gender`."""
    for city, told in people:
        gender = FEMALE if told["gender"] == "female" else MALE
        assert told["given"] in names_of(names().given, LANGUAGES[city], gender)
        assert told["family"] in names_of(names().family, LANGUAGES[city], gender)
        in_order = [told["given"], told["family"]]
        assert told["name"] == " ".join(in_order[::-1] if city == "Tokyo" else in_order)
    assert len({told["given"] for _, told in people}) > 100


def test_mail_addresses_fit_the_names_and_are_unique(people):
    """An address is made of the names and the person's identity, in a domain that is reserved."""
    for city, told in people:
        local, domain = told["mail"].split("@")
        assert domain in ("example.com", "example.org", "example.net")
        given, family = (plain(told[name], LANGUAGES[city]) for name in ("given", "family"))
        assert re.fullmatch(rf"({given}[._]?|{given[0]}[._]?){family}[0-9]+", local)
    assert len({told["mail"] for _, told in people}) == len(people)


def test_telephone_numbers_belong_to_nobody(people):
    """They are of the ranges that a country keeps for fiction; where it keeps none there is no number."""
    countries = {"Paris": "FR", "Berlin": "DE"}
    for city, told in people:
        patterns = [
            re.escape(r).replace(r"\#", "[0-9]") for r in RANGES.get(countries.get(city), ())
        ]
        if patterns:
            assert re.fullmatch("|".join(patterns), told["phone"])
        else:
            assert told["phone"] is None
    assert len({told["phone"] for _, told in people}) > 80


def test_addresses_are_those_of_documents(result, people):
    """IP addresses lie in the networks for documents, in their usual form; three sessions in four are from home."""
    networks = [
        *map(
            ipaddress.ip_network,
            ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"),
        )
    ]
    homes = {row["person"]: row["properties"]["home_ip"] for row in rows(result.arrivals)}
    seen = [(row["person"], row["event_properties"]["ip"]) for row in rows(result.events)]
    for text in {*homes.values(), *(ip for _, ip in seen)}:
        address = ipaddress.ip_address(text)
        assert str(address) == text
        assert any(address in network for network in networks)
    assert {ipaddress.ip_address(ip).version for ip in homes.values()} == {4, 6}
    assert 0.68 < sum(homes[person] == ip for person, ip in seen) / len(seen) < 0.82


def test_browsers_fit_the_device(result):
    """A user agent is of the device's system, and a device keeps its own."""
    words = {"Android": "Android", "iOS": "iPhone", "Windows": "Windows", None: "Windows"}
    kept = defaultdict(set)
    for row in rows(result.events):
        told = row["event_properties"]
        assert words[told["os"]] in told["agent"]
        kept[row["person"], told["os"]].add(told["agent"])
    assert {len(agents) for agents in kept.values()} == {1}
    assert len(set.union(*kept.values())) > 15


def test_pages_are_of_reserved_hosts(result):
    """Sessions begin on a page of the scenario's host, and come from one called after their source, or from none."""
    hosts = {
        "search": "https://www.search.example/",
        "E-Mail List": "https://www.e-mail-list.example/",
    }
    for row in rows(result.events):
        told = row["event_properties"]
        assert re.fullmatch(r"https://www\.fake-shop\.example/[a-z]*", told["page"])
        assert told["before"] == hosts.get(told["source"])


def test_people_live_near_their_city(people):
    """Coordinates lie within 20 km of the city's, and half of them within 7."""
    cities = {"Paris": (48.85, 2.35), "Moscow": (55.75, 37.62), "Nowhere": (0, 0)}
    away = []
    for city, told in people:
        if city in cities:
            north, east = cities[city]
            shrink = np.cos(np.radians(north))
            away.append(111 * np.hypot(told["north"] - north, (told["east"] - east) * shrink))
    assert max(away) < 20
    assert 2 < np.median(away) < 7
    assert len(set(away)) == len(away)


def test_fakes_do_not_depend_on_windows_and_groups(result):
    """Odd windows and groups give the same."""
    same(result, simulated(result.model, cuts=(1.3, 2, 4.1), group=17))


def test_fakes_do_not_depend_on_what_else_is_declared(result):
    """Whoever has an address has it whatever other fakes there are, or which comes first."""
    fewer = re.sub(r"    (given|family|name|phone|home_ip|north|east): .*\n", "", SCENARIO)
    mails = [
        [row["properties"]["mail"] for row in rows(r.arrivals)]
        for r in (result, simulated(loads(fewer)))
    ]
    assert mails[0] == mails[1]


def test_without_gender_and_source_they_are_drawn():
    """Names are of women and of men then, and sessions come from somewhere or nowhere."""
    text = SCENARIO.replace("    gender: {pick: [female, male]}\n", "")
    text = re.sub(r"    source: .*\n", "", text).replace(" source: source,", "")
    result = simulated(loads(text))
    given = {
        row["properties"]["given"] for row in rows(result.arrivals) if row["city"] == "Berlin"
    }
    assert given & names_of(names().given, "de", FEMALE)
    assert given & names_of(names().given, "de", MALE)
    before = {row["event_properties"]["before"] for row in rows(result.events)}
    assert {None, "https://www.search.example/"} < before


def test_every_fake_has_its_three_places():
    """The language, the compiler and the simulation know the same fakes."""
    assert set(FAKE_NAMES) == set(COMPILED) == set(FAKES)


def test_the_longest_texts_fit_their_columns():
    """No name, address or browser is cut."""
    longest = {
        kind: max(len(n) for g in (FEMALE, MALE) for n in listed.names[g])
        for kind, listed in (("first name", names().given), ("last name", names().family))
    }
    assert longest["first name"] <= COMPILED["first name"].size
    assert longest["last name"] <= COMPILED["last name"].size
    assert (
        COMPILED["full name"].size
        == COMPILED["first name"].size + 1 + COMPILED["last name"].size
    )
    n_plain = sum(
        max(len(n) for g in (FEMALE, MALE) for n in listed.plain[g])
        for listed in (names().given, names().family)
    )
    assert n_plain + 1 + len(str(2**64)) + len("@example.com") <= COMPILED["email"].size
    agents = [a for agents in session_fakes._SYSTEMS.values() for a in agents]
    assert max(map(len, agents)) <= COMPILED["user agent"].size
    assert len("https://www..example/") + 63 <= COMPILED["referrer"].size


def test_lists_of_names_hold_each_once():
    """No list has a name twice or one without letters, so that frequent ones are those in front."""
    for listed in (names().given, names().family):
        for gender in (FEMALE, MALE):
            for first, n in zip(listed.starts[gender], listed.counts[gender], strict=True):
                block = [name.decode() for name in listed.names[gender][first : first + n]]
                assert n >= 20
                assert len(set(block)) == n
                assert all(map(plain, block))


def test_languages_are_found_by_code_word_or_country():
    """`de`, `de-AT` and `German` are one language; in India people have names of India whatever they speak."""
    known = names()
    number = {code: known.languages[code] for code in ("de", "hi", "en", "fr")}
    assert {known.language("XX", word) for word in ("de", "de-AT", "German", "deutsch")} == {
        number["de"]
    }
    assert known.language("IN", "English") == number["hi"]
    assert known.language("AT", "") == number["de"]
    assert known.language("CA", "French") == number["fr"]
    assert known.language("XX", "") == number["en"]
    assert name_lists.plain("Ğ") == "g"


def test_what_is_derived_from_coordinates_knows_them():
    """A property that is derived from where somebody lives sees it, although names and addresses are made up last."""
    text = SCENARIO.replace(
        "    east: {fake: longitude}\n",
        "    is_north: {derived: north > 40}\n    east: {fake: longitude}\n",
    )
    told = [row["properties"] for row in rows(simulated(loads(text)).arrivals)]
    assert {one["is_north"] for one in told} == {True, False}
    assert all(one["is_north"] == (one["north"] > 40) for one in told)
