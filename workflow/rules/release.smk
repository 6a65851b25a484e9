"""What may leave the hospital: `make release STUDY=x` asks for it, `make report` does not.

Pages are made from the disclosed copies by the rules that make the internal ones.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet, all aggregate results; history/{study}/releases/*
OUTPUTS          results/{study}/disclosed/*, results/{study}/release/; history/{study}/releases/* beside them
"""

for plan in ASKED:
    pages = [page for page in RELEASES.values() if page.name == plan.name]
    folder = pages[0].folder
    shown_in_all = [packed(page) for page in pages]

    rule:
        name:
            f"disclose_results_{plan.name}"
        input:
            cohort=f"{plan.folder}/cohort/cohort.parquet",
            results=judged_files(plan),
            earlier=earlier_releases(plan.name),
            code=package_files("workflow/scripts/disclose_results.py"),
        output:
            copies=[f"{folder}/{path}" for path in disclosed_files(plan)],
            counts=f"history/{plan.name}/releases/next.json",
        log:
            f"{folder}/logs/disclose_results.log",
        conda:
            ENVIRONMENT
        params:
            name=plan.name,
            study=plan.study,
            parts=checked_parts(plan),
        message:
            f"{plan.name}: decide which counts may be told"
        script:
            "../scripts/disclose_results.py"

    rule:
        name:
            f"pack_release_{plan.name}"
        input:
            report=[path for page in shown_in_all for path in page["report"]],
            copies=[path for page in shown_in_all for path in page["copies"]],
            counts=[path for page in shown_in_all for path in page["counts"]],
            figures=[figure["svg"] for page in shown_in_all for figure in page["figures"]],
            record=f"history/{plan.name}/releases/next.json",
            words=pages[0].words,
            code=package_files("workflow/scripts/pack_release.py"),
        output:
            folder=directory(f"{plan.folder}/release"),
        log:
            f"{folder}/logs/pack_release.log",
        conda:
            ENVIRONMENT
        params:
            pages=shown_in_all,
            control=plan.study["disclosure"],
            title=pages[0].study["title"],
            data=plan.study["data"],
            ledger=bool(plan.study["ledger"]),
        message:
            f"{plan.name}: pack the release"
        script:
            "../scripts/pack_release.py"
