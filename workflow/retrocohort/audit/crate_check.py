"""Whether an RO-Crate follows its profile, as `roc-validator` of envs/crate.lock says.

The validator works offline, but for the JSON-LD context of RO-Crate 1.1, which it would fetch: it
is given the later one that `rocrate` ships, which has the same terms.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import rocrate
from requests_cache import CachedRequest, CachedResponse, CachedSession
from rocrate_validator import services

PROFILE = "process-run-crate-0.5"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"


def problems_of(crate: str) -> list[str]:
    """Return what the profile requires and a crate, a zip file, does not have."""
    with TemporaryDirectory() as folder:
        cache, named = Path(folder, "cache"), Path(folder, "crate.zip")
        named.symlink_to(Path(crate).resolve())  # the validator goes by the ending
        _keep_context(cache)
        settings = services.ValidationSettings(
            rocrate_uri=str(named),
            profile_identifier=PROFILE,
            requirement_severity="REQUIRED",
            offline=True,
            cache_path=cache,
        )
        result = services.validate(settings)
        if result.passed():
            return []
        return sorted({" ".join(str(issue.message).split()) for issue in result.get_issues()})


def _keep_context(cache: Path) -> None:
    """Write the context as if it had been fetched."""
    context = Path(rocrate.__file__).with_name("data") / "ro-crate.jsonld"
    response = CachedResponse(
        status_code=200,
        url=CONTEXT,
        headers={"Content-Type": "application/ld+json"},
        content=context.read_bytes(),
        request=CachedRequest(method="GET", url=CONTEXT),
    )
    with CachedSession(str(cache), backend="sqlite") as session:
        session.cache.save_response(response)
