"""Run the workflow, alone in its folder, and what follows it: `make report`."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from retrocohort import alone
from retrocohort.audit.recovery import recover
from retrocohort.config.study import load_config
from retrocohort.faults import told

AFTER = ("snapshot.py", "third_engine.py")
SHELLS = set(" \t\n'\"`\\!#$&()*;<>?[]{|}")  # Snakemake names Python to the shell without quotes
PLAIN = "Move the project to a folder without blanks, quotes and brackets in its path."
FULL = 1_000_000  # bytes: with less on the disk, that is what stopped a run


def run(command: list[str]) -> int:
    """Return the exit code of a command that the signals of the terminal reach, and not us."""
    with subprocess.Popen([sys.executable, *command]) as process:
        return process.wait()


def reason(code: int) -> str:
    """Return why a run ended early, as far as it can be told from outside."""
    if shutil.disk_usage(".").free < FULL:
        return "The disk is full. Free some space, then run `make report` again."
    if code < 0:
        return f"The run was killed ({signal.Signals(-code).name}). Run `make report` again."
    return "The run did not come to its end. What stands above says why."


def main(arguments: list[str]) -> None:
    """Take the lock, mend what faults have left, and run; jobs go on if this process is killed."""
    if SHELLS & set(sys.executable):
        sys.exit(f"{os.getcwd()}: Snakemake starts no jobs below such a name. {PLAIN}")
    signal.signal(signal.SIGINT, lambda *_: None)  # Snakemake ends its jobs, and then itself
    alone.hold(wait=True)
    alone.forget_killed_run()
    for said in recover(load_config({})["studies"]):
        print(said, flush=True)
    code = run(["-m", "snakemake", *arguments])
    if code:
        sys.exit(reason(code))
    for script in AFTER:
        code = run([Path(__file__).with_name(script).as_posix()])
        if code:
            sys.exit(code)


if __name__ == "__main__":
    with told():
        main(sys.argv[1:])
