"""What is said while nothing gets through, on a clock that only moves when it is told to."""

import pytest

from footfall.sinks.delivery.outage import Outage
from tests.clocks import FakeClock

NAME = "webhook+http://127.0.0.1:9/x"


class Story:
    """Tells an outage what happens, and keeps what is said when."""

    def __init__(self, capsys, patience_s=900.0) -> None:
        self.clock, self._capsys = FakeClock(), capsys
        self._begun = self.clock.now
        self.outage = Outage(NAME, self.clock, patience_s)
        self.said: list[tuple[float, str]] = []

    def at(self, seconds: float, failure: str | None = None, *, works: bool = False) -> None:
        self.clock.advance(self._begun + seconds - self.clock.now)
        if works:
            self.outage.worked()
        elif failure is None:
            self.outage.look()
        else:
            self.outage.failed(failure)
        for line in self._capsys.readouterr().err.splitlines():
            assert line.startswith(f"{NAME}: ")
            self.said.append((seconds, line.removeprefix(f"{NAME}: ")))


@pytest.fixture
def story(capsys):
    return Story(capsys)


def test_said_once_a_minute(story):
    """A failure is said after five seconds, then once a minute, with the time that is left."""
    story.at(0, "connection refused")
    for seconds in range(1, 130):
        story.at(seconds)
    assert story.said == [
        (5, "connection refused; trying again for up to 15 min"),
        (65, "connection refused; trying again for up to 14 min"),
        (125, "connection refused; trying again for up to 13 min"),
    ]


def test_another_reason(story):
    """Another reason is said at once, but for reasons that take turns faster than anybody reads."""
    story.at(0, "connection refused")
    story.at(5)
    story.at(20, "503 Service Unavailable")
    for seconds in range(21, 31):
        story.at(seconds, "502 Bad Gateway" if seconds % 2 else "503 Service Unavailable")
    assert [(seconds, said.partition(";")[0]) for seconds, said in story.said] == [
        (5, "connection refused"),
        (20, "503 Service Unavailable"),
        (25, "502 Bad Gateway"),
        (30, "503 Service Unavailable"),
    ]


def test_it_works_again(story):
    """That it works again is said if it was said that it did not; short failures are nobody's concern."""
    for seconds in range(0, 50, 4):
        story.at(seconds, "503 Service Unavailable")
        story.at(seconds + 3)
        story.at(seconds + 3, works=True)
    assert story.said == []
    story.at(100, "503 Service Unavailable")
    story.at(105)
    story.at(106, works=True)
    story.at(107, works=True)
    assert [said.partition(";")[0] for _, said in story.said] == [
        "503 Service Unavailable",
        "it works again",
    ]


def test_no_chatter(story):
    """What fails for six seconds in every ten is said once a minute."""
    for seconds in range(0, 120, 10):
        story.at(seconds, "429 Too Many Requests")
        story.at(seconds + 6)
        story.at(seconds + 6, works=True)
    assert len([said for _, said in story.said if "429" in said]) == 2
    assert len([said for _, said in story.said if "works" in said]) == 2


@pytest.mark.parametrize(
    ("patience_s", "until"),
    [(0, "until it works"), (60, "for up to 55 s"), (5, "for up to 1 s")],
)
def test_how_long(capsys, patience_s, until):
    """It is said how long it is tried still."""
    story = Story(capsys, patience_s)
    story.at(0, "no answer in time")
    story.at(5)
    assert story.said == [(5, f"no answer in time; trying again {until}")]
