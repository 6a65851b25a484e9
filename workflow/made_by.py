"""Which job makes each file of the results, as Snakemake knows it. Nothing runs.

The one place that asks who made a file: `retrocohort.trace` takes what is returned here.
"""

from pathlib import Path

import yaml
from snakemake.api import SnakemakeApi
from snakemake.settings.enums import Quietness, RerunTrigger
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, ResourceSettings

from retrocohort.trace.steps import Step

PROFILE = Path("profiles/default/config.yaml")
CHANGED = {  # what Snakemake says of a job that it would run again
    "params_changed": "other parameters",
    "input_changed": "another list of files that it reads",
    "software_stack_changed": "another environment",
}


def steps_behind(study: str, files: list[str]) -> dict[str, Step]:
    """Return output -> job of every job from the delivered files to some files of a study.

    These are the functions behind `snakemake --summary`. Snakemake does not publish them, but what
    it prints leaves out the parameters; the lock file holds the version that they are of.
    """
    profile = yaml.safe_load(PROFILE.read_text(encoding="utf-8"))
    settings = DAGSettings(
        targets=set(files),
        rerun_triggers=RerunTrigger.parse_choices_set(profile["rerun-triggers"]),
        max_checksum_file_size=profile["max-checksum-file-size"],
    )
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)) as api:
        only = ConfigSettings(config={"studies": [study]})
        dag_api = api.workflow(ResourceSettings(cores=1), only).dag(settings)
        workflow = dag_api.workflow_api._workflow
        workflow._prepare_dag(
            forceall=False, ignore_incomplete=True, lock_warn_only=True, nolock=True
        )
        workflow._build_dag()
        jobs = [job for job in workflow.dag.jobs if job.rule.script]
        steps = [(job, _step(job, workflow.dag)) for job in jobs]
        return {str(path): step for job, step in steps for path in job.output}


def _step(job, dag) -> Step:
    code = list(map(str, job.input.get("code", [])))
    return Step(
        rule=job.rule.name,
        message=job.message,
        script=next(path for path in code if path.endswith(Path(job.rule.script).name)),
        code=code,
        params=dict(job.params.items()),
        inputs=[str(path) for path in job.input if str(path) not in code],
        stale=_stale(dag.reason(job)) if dag.needrun(job) else "",
    )


def _stale(reason) -> str:
    """Return why a job would run again."""
    told = [words for name, words in CHANGED.items() if getattr(reason, name)]
    told += [f"{path} is not what it read" for path in sorted(reason.updated_input)]
    told += [f"{path} is missing" for path in sorted(reason.missing_output)]
    told += ["an earlier step is to run again"] if reason.updated_input_run else []
    return "; ".join(told) or str(reason)
