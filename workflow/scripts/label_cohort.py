"""Put the labels of the study beside the counts of the cohort."""

from retrocohort import io
from retrocohort.cohort import labels


def main(smk):
    counts, given, out = smk.input, smk.params.labels, smk.output
    flow = labels.flow_rows(io.read_rows(counts.flow), given["criteria"])
    io.write_rows(out.flow, labels.FLOW, flow)
    populations = labels.population_rows(io.read_rows(counts.populations), given["populations"])
    io.write_rows(out.populations, labels.POPULATIONS, populations)
    arms = labels.arm_rows(io.read_rows(counts.arms), given["levels"])
    io.write_rows(out.arms, labels.ARMS, arms)
    endpoints = labels.endpoint_rows(io.read_rows(counts.endpoints), given["reasons"])
    io.write_rows(out.endpoints, labels.ENDPOINTS, endpoints)
    return f"{len(populations)} populations"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
