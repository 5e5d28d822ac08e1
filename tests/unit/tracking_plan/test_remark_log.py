from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.remark_log import MOST_REMARKS, RemarkLog


def texts(log):
    return [(remark.kind, str(remark)) for remark in log.remarks()]


def test_what_is_left_out_is_named_once_with_its_first_place():
    """However often a keyword is met: one remark, with the first place and their number, before all guesses."""
    log = RemarkLog()
    log.add("guessed", "a guess")
    log.add("guessed", "a guess")
    log.leave_out("keyword oneOf", Origin("a.json", cell="price"), 1)
    log.leave_out("keyword oneOf", Origin("a.json", cell="size"), 2)
    log.leave_out("keyword not", Origin("a.json"), 1)
    assert texts(log) == [
        ("not read", "a.json, cell price: keyword oneOf is not read (3 places)"),
        ("not read", "a.json: keyword not is not read"),
        ("guessed", "a guess"),
    ]


def test_remarks_are_bounded_and_say_so():
    """A misread sheet of many columns has no endless list, and a loss beyond the bound is a loss still."""
    log = RemarkLog()
    for number in range(2 * MOST_REMARKS):
        log.leave_out(f"column {number}", Origin("a.csv"), 1)
        log.add("guessed", f"guess {number}")
    found = texts(log)
    assert [kind for kind, _ in found].count("guessed") == MOST_REMARKS + 1
    assert found[MOST_REMARKS] == (
        "not read",
        f"there is more to say than these {MOST_REMARKS} lines",
    )
