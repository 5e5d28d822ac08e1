"""The screenshots in the docs are made by commands of the pages, and show what these make."""

import pytest

from tests.docs import life_pictures
from tests.docs.examples import PAGES, commands
from tests.docs.pictures import FOLDER, SHOTS, main


def test_every_picture_is_made_and_shown():
    """A picture in docs/pictures is one that can be made again, and some page shows it."""
    shown = "".join(page.read_text() for page in PAGES)
    drawn = map(life_pictures.file_of, life_pictures.TITLES)
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted([*SHOTS, *drawn])
    assert [name for name in SHOTS if f"pictures/{name})" not in shown] == []


@pytest.mark.parametrize("name", SHOTS)
def test_commands_are_on_a_page(name):
    """What makes a picture is what a reader is told to type."""
    told = {command.text for page in PAGES for command in commands(page)}
    assert [
        command for command in SHOTS[name].commands if not any(command in text for text in told)
    ] == []


@pytest.mark.browser
def test_pictures_can_be_made(tmp_path):
    """Each picture is made, as large as the one that is shown."""
    main([], tmp_path)
    for name in SHOTS:
        made, kept = (folder.joinpath(name).read_bytes() for folder in (tmp_path, FOLDER))
        assert made[:24] == kept[:24], name
        assert len(kept) / 2 < len(made) < 2 * len(kept), name
