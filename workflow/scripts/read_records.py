"""Read the delivered files of a study: every cell as text, identifiers hashed, sources linked."""

from retrocohort import io
from retrocohort.checksums import sha256
from retrocohort.records import linkage
from retrocohort.records.colours import coloured_cells
from retrocohort.records.delivered import read_records


def main(smk):
    sources, variables = smk.params.sources, smk.params.variables
    key = io.read_text(smk.input.key).strip().encode("utf-8")
    records, rows, centres = read_records(sources, variables, key, smk.params.centres)
    io.write_frame(smk.output.records, records)
    for row in rows:
        row["sha256"] = sha256(sources[row["source"]]["path"])
        row["coloured_cells"] = coloured_cells(sources[row["source"]])
    io.write_rows(smk.output.linkage, linkage.COLUMNS, rows)
    io.write_rows(smk.output.centres, linkage.CENTRES, centres)
    return ", ".join(f"{row['rows']:,} rows of {row['source']}" for row in rows)


if __name__ == "__main__":
    io.run_logged(main, snakemake)
