"""Keep what the last run left of each study, and say what it changed: the end of `make report`.

It is no rule of the Snakefile: what has changed depends on earlier runs, and no result may.
"""

import os

from retrocohort.faults import told
from retrocohort.history import snapshot, store

PAGE = "changes"


def keep(study: str) -> None:
    """Write the snapshot of a study if it is not that of the last run, and what has changed.

    The page is written for a run alone; what makes it is imported then.
    """
    now = snapshot.taken(study)
    last, damaged = store.last(study)
    for path in damaged:
        print(f"{study}: a snapshot of an earlier run was damaged. It is kept: {path}")
    if last and snapshot.same(last, now):
        if last["run"]["manifest"] == now["run"]["manifest"]:
            return
    else:
        store.save(study, now)
    from retrocohort.history import written
    from retrocohort.history.comparison import Comparison
    from retrocohort.history.summary import in_one_line

    if not last:
        written.write_first(now, PAGE)
        return
    found = Comparison(last, now)
    print(f"{study}: {in_one_line(found)}: {written.write_changes(found, PAGE)}")


def main() -> None:
    """Keep what the last run left of all its studies."""
    os.umask(0o077)  # records are named
    for study in snapshot.studies():
        keep(study)


if __name__ == "__main__":
    with told():
        main()
