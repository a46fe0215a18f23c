"""Every hostile or broken file of the tests and of the benchmark, with what must come of it."""

from intake.hostile import archives, contents, disguises, tables

CASES = {
    case.__name__: (case, expected)
    for room in (archives, contents, disguises, tables)
    for case, expected in room.CASES.items()
}
