"""Write the disclosed copies of the results of one study, and privately what they tell."""

from retrocohort import io
from retrocohort.disclosure import earlier, kept, release
from retrocohort.plan.entries import Plan


def main(smk):
    given = smk.params
    plan = Plan(given.name, given.study)
    before = [earlier.read(path) for path in smk.input.earlier]
    frame = io.read_frame(smk.input.cohort)
    made = release.released(plan, given.parts, frame, before)
    earlier.write(smk.output.counts, made.counts, given.study, frame)
    kept.keep(smk.output.counts)  # before there is a copy that somebody could pass on
    for copy in made.copies:
        (place,) = [path for path in smk.output.copies if path.endswith(f"/{copy.file}")]
        io.write_rows(place, copy.columns, copy.rows)
    decision = made.decision
    return f"{len(decision.primary)} small counts withheld, {len(decision.secondary)} more for them"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
