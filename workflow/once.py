"""Let Snakemake take the checksum of a file once.

It remembers checksums while it plans, but when a job has ended it takes those of all inputs again
for each of the outputs: some ten thousand for a study, by the process that starts the next job.
"""

import os

from snakemake.io import _IOFile


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
