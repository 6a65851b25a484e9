"""Apply the criteria, compute the endpoints and write the cohort with its counts."""

from retrocohort import io
from retrocohort.cohort import build, labels, selection


def main(smk):
    result = build.cohort(io.read_frame(smk.input.cleaned), smk.params.study)
    io.write_frame(smk.output.cohort, result.frame)
    io.write_frame_csv(smk.output.cohort_csv, result.frame)
    io.write_rows(smk.output.endpoints, labels.ENDPOINTS, result.endpoints)
    io.write_rows(smk.output.exclusions, selection.EXCLUSIONS, result.exclusions)
    io.write_rows(smk.output.flow, selection.FLOW, result.flow)
    io.write_rows(smk.output.populations, selection.POPULATIONS, result.populations)
    io.write_rows(smk.output.arms, selection.ARMS, result.arms)
    return f"{len(result.frame):,} of {result.flow[0]['n_before']:,} patients"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
