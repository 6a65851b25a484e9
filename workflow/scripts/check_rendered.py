"""Read back what a study has printed, and compare each number with the cell that it names."""

from functools import cache

from retrocohort import io
from retrocohort.audit.rendered.check import check
from retrocohort.audit.rendered.ledger import COLUMNS, checked


def main(smk):
    given = smk.params
    read = cache(lambda path: io.read_rows(f"{given.folder}/{path}"))
    ledger = check(given.pages, read, io.read_bytes, smk.input.texts)
    rows = list(ledger.rows())
    io.write_rows(smk.output.rendered, COLUMNS, rows)
    return f"{checked(rows)} numbers agree, {len(ledger.faults)} do not"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
