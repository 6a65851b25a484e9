"""Spare Snakemake work that it does again and again, by the process that starts the jobs.

It remembers checksums while it plans, but when a job has ended it takes those of all inputs again
for each of the outputs, and before it starts one the sizes of what all that wait will read: some
ten thousand of each for a study. In the end it waits for timers of a scheduler that has ended.
"""

import os
import threading

from snakemake.io import _IOFile
from snakemake.scheduling.job_scheduler import JobScheduler


def remember_checksums() -> None:
    """Keep the checksums of files for this process, as long as the files stay as they are."""
    take, taken = _IOFile.checksum, {}

    async def checksum(self, threshold=None, force=False, algorithm=None):
        if force or algorithm is not None or self.is_storage:
            return await take(self, threshold, force, algorithm)
        try:
            found = os.stat(self.file)
        except OSError:
            return await take(self, threshold, force, algorithm)
        state = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, threshold)
        if taken.get(self.file, ("",))[0] != state:
            taken[self.file] = state, await take(self, threshold, force, algorithm)
        return taken[self.file][1]

    _IOFile.checksum = checksum


def remember_sizes() -> None:
    """Keep the sizes of inputs, which only say what to begin with."""
    ask = JobScheduler.update_input_sizes

    async def update_input_sizes(self, jobs):
        known = self._input_sizes
        await ask(self, [job for job in jobs if not all(path in known for path in job.input)])

    JobScheduler.update_input_sizes = update_input_sizes


def end_timers() -> None:
    """End the timers of a scheduler that has ended: the process would wait a second for them."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
