"""What every hostile file must come to, beside what is said of it."""

import re

from tests.hostile.limits import MEMORY, SECONDS, told_of

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def judge(project, study, case) -> None:
    """Make a case, read the project in its limits, and compare what becomes of it."""
    case.make(project)
    before = {path for path in project.rglob("*")}
    told = told_of(project, study)
    assert "crash" not in told, told
    assert told["seconds"] < SECONDS and told["memory"] < MEMORY + (600 << 20)
    assert {path for path in project.rglob("*")} == before  # nothing was made
    if case.reads:
        assert "faults" not in told, told["faults"]
        assert case.reads(told), told
        return
    assert "faults" in told, {name: told[name] for name in ("patients", "problems")}
    message = told["faults"]
    for words in case.says:
        assert words in message, message
    assert " has 1 fault:" in message or " faults:" in message  # it names the file
    assert len(message) < 20_000 and not STEERING.search(message) and "Traceback" not in message
    assert "root:x:" not in message  # nothing of /etc/passwd
