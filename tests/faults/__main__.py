"""The whole campaign of faults, with its score: `make faults`."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults import campaign, kinds
from tests.faults.project import finished_study


def main() -> None:
    """Try every fault, say how each ended, and the score; stop with an error if one did harm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30, help="at random moments")
    parser.add_argument("--only", default="", help="faults with this text in their names")
    given = parser.parse_args()
    survived = tried = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        finished, seconds = finished_study(folder / "finished", small=False)
        jobs = list(kinds.jobs_of(finished))
        faults = campaign.ONCE | dict(campaign.kills(given.kills, seconds))
        faults |= dict(campaign.of_jobs(jobs))
        for i, (name, fault) in enumerate(faults.items()):
            if given.only not in name:
                continue
            try:
                fault(finished, folder / str(i))
            except kinds.Skipped as why:
                print(f"skipped:  {name}: {why}", flush=True)
                continue
            except AssertionError as error:
                print(f"HARM:     {name}: {error}", flush=True)
            else:
                survived += 1
                print(f"survived: {name}", flush=True)
            tried += 1
    print(f"{survived} faults survived of {tried} tried")
    sys.exit(survived != tried)


if __name__ == "__main__":
    main()
