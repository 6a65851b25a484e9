"""Compare the results of a study with each other: what must be equal wherever it stands."""

from functools import cache

from retrocohort import io
from retrocohort.audit.agreement import COLUMNS, Cells
from retrocohort.audit.consistency import agreements


def main(smk):
    given = smk.params
    read = cache(lambda path: Cells(f"{given.folder}/{path}", path))
    found = agreements(read, given.parts, given.expected, given.conventions)
    rows = [each.row() for each in found]
    io.write_rows(smk.output.consistency, COLUMNS, rows)
    holds = sum(row["holds"] == "yes" for row in rows)
    return f"{holds} of {len(rows)} agree"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
