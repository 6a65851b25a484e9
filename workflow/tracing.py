"""Where a number of a report, or one patient, comes from: `make trace`.

It is no rule of the Snakefile: what it says of a patient is for the one who asks, on the screen or
in a file of his own, and is no result.
"""

import argparse
import signal

from retrocohort.audit.integrity import altered_of
from retrocohort.config.study import load_config, load_studies
from retrocohort.faults import Fault, FaultsFound, suggest, told
from retrocohort.plan.entries import Plan
from retrocohort.trace.addresses import NUMBERS, TABLES, Addresses
from retrocohort.trace.number import altered_lines, number_lines, steps_text
from retrocohort.trace.private import check_private, write_private
from retrocohort.trace.required import check_current, require


def number_trace(plan: Plan, asked: str) -> str:
    """Return where a number comes from, as text."""
    require([plan.at(NUMBERS), plan.at(TABLES)])
    addresses = Addresses(plan)
    places = addresses.places(asked)
    files = list(dict.fromkeys(place.file for place in places))
    from made_by import steps_behind

    made_by = steps_behind(plan.name, [plan.at(file) for file in files])
    check_current(made_by)
    altered = altered_of(plan.name, made_by)
    text = altered_lines(altered) + number_lines(plan, addresses, places, bool(altered))
    for file in files:
        text += [*steps_text(plan, file, made_by), ""]
    return "\n".join(text)


def record_trace(plan: Plan, asked: str) -> str:
    """Return what happened to a record, as text."""
    from retrocohort.trace.finished import Finished, files_read, find_record
    from retrocohort.trace.patient import trace_of

    require(files_read(plan))
    finished = Finished.read(plan)  # before Snakemake, whose rule files switch pandas off
    record = find_record(finished.records, asked)
    from made_by import steps_behind

    check_current(steps_behind(plan.name, files_read(plan)))
    return trace_of(finished, record)


def plan_of(name: str) -> Plan:
    """Return a study of the configuration."""
    names = load_config({})["studies"]
    if name not in names:
        problem = "is no study of config/config.yaml."
        raise FaultsFound([Fault(f"STUDY={name}", "", problem, suggest(name, names))])
    return Plan(name, load_studies([name])[name])


def main() -> None:
    """Print a trace, or write that of a patient into a private file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("study")
    parser.add_argument("--record", default="", help="record_id or its beginning, or FILE:ROW")
    parser.add_argument("--number", default="", help="id, FILE#LINE.COLUMN, or report.html#CELL")
    parser.add_argument("--out", default="", help="a new file for the trace of a record")
    asked = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a pager that is closed is no error
    if bool(asked.record) == bool(asked.number):
        problem, remedy = "needs RECORD or NUMBER, one of them.", "make trace NUMBER=..."
        raise FaultsFound([Fault("make trace", "", problem, remedy)])
    if asked.out:
        check_private(asked.out)
    plan = plan_of(asked.study)
    make, what = (record_trace, asked.record) if asked.record else (number_trace, asked.number)
    text = make(plan, what)
    if asked.out:
        write_private(asked.out, text)
        print(f"{asked.out}: written, to be read by you alone")
    else:
        print(text)


if __name__ == "__main__":
    with told():
        main()
