"""Where requests may go: spellings of addresses, answers of resolvers, URLs."""

import pytest

from footfall.errors import PermanentSinkError, UsageError
from footfall.net.address_guard import checked
from footfall.net.http_client import HttpConnection
from footfall.net.target import Target
from footfall.sinks import parse
from tests.clocks import FakeClock

ALWAYS = [
    *(
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fd00:ec2::254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
    ),
    *(
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "::ffff:169.254.169.254",
    ),
    *(
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "::a9fe:a9fe",
        "2001:0:0:0:0:0:5601:5601",
        "fe80::1%lo",
    ),
]
PRIVATE = [
    *(
        "127.0.0.1",
        "127.1.2.3",
        "::1",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
    ),
    *(
        "fc00::1",
        "fd12::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::7f00:1",
        "198.18.0.1",
    ),
    *("192.0.2.1", "2001:db8::1", "fec0::1"),
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "172.32.0.1", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", ALWAYS)
@pytest.mark.parametrize("is_trusted", [True, False])
def test_never(address, is_trusted):
    """Metadata, link-local, multicast and reserved addresses are refused, however written, whoever named them."""
    with pytest.raises(PermanentSinkError, match="never connected to"):
        checked(
            "example.test", 80, is_trusted=is_trusted, resolver=lambda host, port: [address]
        )


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address):
    """Private addresses are refused unless the user has named them, and allowed then."""
    with pytest.raises(
        PermanentSinkError, match="only connected to when it is named on the command line"
    ):
        checked("example.test", 80, is_trusted=False, resolver=lambda host, port: [address])
    assert checked(
        "example.test", 80, is_trusted=True, resolver=lambda host, port: [address]
    ) == [address]


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address):
    """Public addresses are allowed."""
    assert checked(
        "example.test", 80, is_trusted=False, resolver=lambda host, port: [address]
    ) == [address]


def test_one_bad_address_is_enough():
    """A name that also stands for a bad address is refused as a whole."""
    with pytest.raises(PermanentSinkError, match=r"example\.test is 169\.254\.169\.254"):
        checked(
            "example.test",
            80,
            is_trusted=True,
            resolver=lambda host, port: ["8.8.8.8", "169.254.169.254"],
        )


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"]
)
def test_spellings(host):
    """Spellings of 127.0.0.1 are resolved before they are judged."""
    with pytest.raises(PermanentSinkError, match="named on the command line"):
        checked(host, 80, is_trusted=False)


def test_flipping_resolver(monkeypatch):
    """The address is checked at every connection, and the one that was checked is connected to."""
    connected = []

    def refuse(address, timeout):
        connected.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("socket.create_connection", refuse)
    answers = [["8.8.8.8"], ["169.254.169.254"]] * 500
    channel = HttpConnection(
        Target("http", "flip.test", 80, "/"),
        FakeClock(),
        is_trusted=True,
        resolver=lambda h, p: answers.pop(0),
    )
    for _ in range(500):
        assert channel.post(b"", {}).status == 0
        with pytest.raises(PermanentSinkError, match="never connected to"):
            channel.post(b"", {})
    assert connected == ["8.8.8.8"] * 500


BAD = {
    "webhook+http://user:hunter2@127.0.0.1/": "names a user",
    "webhook+http:example.test": "has no host",
    "webhook+http:///path": "has no host",
    "webhook+http://127.0.0.1:99999/": "ort out of range",
    "webhook+http://127.0.0.1:0/": "port 0",
    "webhook+http://127.0.0.1:x/": "ort could not be cast",
    "webhook+http://a b/": "contains blanks",
    "webhook+http://a\nb/": "contains blanks",
    "webhook+http://①②⑦.⓪.⓪.①/": "characters that URLs do not have",
    "webhook+http:\\\\127.0.0.1\\": "backslashes",
    "webhook+http://[::1/": "nvalid IPv6",
    "webhook+http://127.0.0.1/#batch=0": 'option batch is "0"\n  accepted: a whole number, 1 to 10,000',
    "webhook+http://127.0.0.1/#batch=many": 'option batch is "many"',
    "webhook+http://127.0.0.1/#bach=5": 'has no option "bach"\n  accepted: batch ',
}


@pytest.mark.parametrize("spec", BAD)
def test_bad_urls(spec):
    """A URL that cannot be used is refused before anything is done, without showing a password."""
    with pytest.raises(UsageError) as caught:
        parse(spec)
    assert BAD[spec] in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_names_hide_paths():
    """The path of a URL that is not this machine's is shown nowhere; two of one host are told apart."""
    names = {
        parse(f"webhook+https://hooks.example.test/T0/{secret}?key={secret}").name
        for secret in ("abc", "def")
    }
    assert len(names) == 2
    assert not any("abc" in name or "def" in name or "T0" in name for name in names)
    assert all(name.startswith("webhook+https://hooks.example.test/…") for name in names)
    assert (
        parse("webhook+http://127.0.0.1:8888/webhook#batch=9").name
        == "webhook+http://127.0.0.1:8888/webhook"
    )
