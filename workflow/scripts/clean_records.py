"""Clean the records of a study by its dictionary and reduce them to one row a patient."""

from retrocohort import io
from retrocohort.records.patients import clean_records


def main(smk):
    params, output = smk.params, smk.output
    records = io.read_frame(smk.input.records)
    patients, logs = clean_records(
        records, params.sources, params.variables, params.codes, params.derive, params.checks
    )
    io.write_frame(output.cleaned, patients)
    io.write_frame_csv(output.cleaned_csv, patients)
    io.write_columns(output.cleaning_log, logs.columns("cleaning"))
    io.write_columns(output.derivation_log, logs.columns("derivation"))
    problems = logs.columns("problems")
    io.write_columns(output.problems, problems)
    return f"{len(patients):,} patients, {len(problems['record_id']):,} problems"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
