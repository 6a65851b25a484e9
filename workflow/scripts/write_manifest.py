"""Write what the results of a study were made from, by which jobs, and what they hold."""

import time

from retrocohort import io, jobs, signed
from retrocohort.audit import environment, integrity, manifest
from retrocohort.faults import FaultsFound


def main(smk):
    given, noted = smk.params, jobs.noted(smk.params.logs)
    made = manifest.compose([*smk.input.results, *smk.input.sources], noted)
    own = [path for path in made["files"] if given.study and path.startswith(f"{given.logs}/")]
    faults = integrity.faults_of_run(made, [*smk.input.results, *own], noted)
    if faults:
        raise FaultsFound(faults)
    lock = environment.environment(smk.input.lock, io.read_text(smk.input.lock))
    about = {"study": given.study, "written": jobs.utc(time.time())}
    about |= {"git": environment.git_state(), "environment": lock, "seeds": given.seeds}
    about |= {"complete": given.complete}
    io.write_text(smk.output.manifest, signed.text(about | made, indent=1))
    return f"{len(made['files'])} files, {len(made['jobs'])} jobs"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
