"""Clean the records of a study by its dictionary and reduce them to one row a patient."""

from retrocohort import io
from retrocohort.records.export import write_columns, write_table
from retrocohort.records.patients import clean_records


def main(smk):
    params, output = smk.params, smk.output
    records = io.read_frame(smk.input.records)
    patients, logs = clean_records(
        records, params.sources, params.variables, params.codes, params.derive
    )
    io.write_frame(output.cleaned, patients)
    write_table(output.cleaned_csv, patients)
    write_columns(output.cleaning_log, logs.columns("cleaning"))
    write_columns(output.derivation_log, logs.columns("derivation"))
    write_columns(output.problems, logs.columns("problems"))


if __name__ == "__main__":
    io.run_logged(main, snakemake)
