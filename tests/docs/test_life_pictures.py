"""The pictures of how people behave show what the shops give now."""

import json
from pathlib import Path

from tests.docs import life_pictures

PAGE = Path(__file__).parents[2] / "docs" / "lifelike.md"


def test_pictures_are_of_this_version():
    """What the pictures show is measured again: `python -m tests.docs.life_pictures` draws them anew."""
    assert life_pictures.measured() == json.loads(life_pictures.NUMBERS.read_text())


def test_the_page_shows_every_picture():
    """Each picture is there, has its title, and stands on the page with words for who cannot see it."""
    page = PAGE.read_text(encoding="utf-8")
    for name, title in life_pictures.TITLES.items():
        svg = (life_pictures.PICTURES / life_pictures.file_of(name)).read_text(encoding="utf-8")
        assert title in svg
        assert f"](pictures/{life_pictures.file_of(name)})" in page
