"""Put each printed number of a paper beside the regenerated one."""

from retrocohort import io
from retrocohort.audit import published


def main(smk):
    given = smk.params
    rows = {
        file: io.read_rows(path) for file, path in zip(given.files, smk.input.tables, strict=True)
    }
    ledger = io.read_rows(smk.input.ledger)
    found = published.compare(given.study, ledger, rows.get, given.conventions["alpha"])
    io.write_rows(smk.output.published, published.COLUMNS, found)
    as_printed = sum(row["match"] == "yes" for row in found)
    return f"{as_printed} of {len(found)} as printed"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
