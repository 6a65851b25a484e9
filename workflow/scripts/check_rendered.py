"""Read back what a study has printed, and compare each number with the cell that it names."""

from functools import cache, partial

from retrocohort import io
from retrocohort.audit.rendered.check import PARTS, check
from retrocohort.audit.rendered.ledger import COLUMNS, Ledger, checked
from retrocohort.side_by_side import side_by_side


def part(smk, name):
    read = cache(lambda path: io.read_rows(f"{smk.params.folder}/{path}"))
    return check(smk.params.pages, read, io.read_bytes, smk.input.texts, [name])


def main(smk):
    ledger = Ledger()
    for found in side_by_side([partial(part, smk, name) for name in PARTS]):
        ledger.add(found)
    rows = list(ledger.rows())
    io.write_rows(smk.output.rendered, COLUMNS, rows)
    return f"{checked(rows)} numbers agree, {len(ledger.faults)} do not"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
