"""What a manuscript is submitted with, beside the report.

REQUIRED INPUTS  results/{study}/figures/*.svg, .pdf
OUTPUTS          results/{study}/submission/figures/figure1_*.svg, .pdf, .png, .tiff
"""

for plan in (p for p in PAGES.values() if p.submitted()):
    chosen = plan.submitted()

    rule:
        name:
            f"submit_figures_{plan.rule}"
        input:
            pdf=[f"{plan.shown}/figures/{path}.pdf" for path in chosen.values()],
            svg=[f"{plan.shown}/figures/{path}.svg" for path in chosen.values()],
            code=package_files("workflow/scripts/submit_figures.py"),
        output:
            folder=directory(plan.submission()),
        log:
            f"{plan.shown}/logs/submit_figures.log",
        conda:
            ENVIRONMENT
        params:
            names=list(chosen),
            rasters=plan.study["figures"]["rasters"],
            dpi=plan.study["figures"]["dpi"],
            notice=plan.study["notice"],
        message:
            f"{plan.page}: number the figures of the manuscript"
        script:
            "../scripts/submit_figures.py"
