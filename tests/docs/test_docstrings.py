"""The examples in the docstrings of public functions work, one after the other, as a reader would try them."""

import doctest
import inspect

import footfall

IN_ORDER = (
    "load",
    "run",
    "report",
    "validate",
    "send",
    "resume",
    "send_dead_letters",
    "events",
    "simulate",
    "live",
    "user",
    "diagram",
    "taxonomy",
    "runs",
    "delete",
    "new",
)


def test_every_public_function_is_tried():
    """A function without an example, or one that is not in the list, is no public function."""
    assert set(IN_ORDER) == set(footfall.__all__)
    assert [
        name for name in IN_ORDER if ">>> " not in inspect.getdoc(getattr(footfall, name))
    ] == []


def test_examples_print_what_they_say(tmp_path, monkeypatch):
    """In an empty folder, where the later ones find what the earlier ones have written."""
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for name in IN_ORDER:
        text = inspect.getdoc(getattr(footfall, name))
        runner.run(
            doctest.DocTestParser().get_doctest(text, {"footfall": footfall}, name, None, 0)
        )
    assert runner.tries >= len(IN_ORDER)
    assert runner.failures == 0
