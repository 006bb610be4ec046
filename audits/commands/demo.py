"""The audit of the sample data."""

from __future__ import annotations

from pathlib import Path

from audits import cli_options as options
from audits.cli_streams import holding, out, page_look, remark


def demo(*, output: options.Output = "audit.json") -> None:
    """Audit the sample data that come along; save the audit, and a report of it as PDF.

    An invented survey, and three synthetic versions of it: one is written out, two are summed up.
    """
    from audits.config import check_place
    from audits.demo import MADE, VERSIONS, WHERE_THEY_DIFFER, audit_sample, next_steps
    from audits.progress import progress_bar
    from audits.registry import WITHOUT_TARGET
    from audits.reports.saving import save_report
    from audits.reports.text_report import audit_text, brief_text

    place = Path(output or "audit.json")
    report = place.with_suffix(".pdf")
    for target in (place, report):
        check_place(target)
    texts = []
    for version in VERSIONS:
        first = version == VERSIONS[0]
        ask = WITHOUT_TARGET if first else WHERE_THEY_DIFFER
        with progress_bar(["reading", *ask], f"synthetic_{version}.csv") as told:
            audit = audit_sample(version, ask=ask, progress=told)
        if first:
            for saved in (audit.save(place), save_report(audit, report)):
                remark(f"saved {saved}{holding(str(saved))}")
            texts.append(audit_text(audit, **page_look()))
        else:
            texts.append(brief_text(audit, MADE[version], **page_look()))
    out("\n".join([*texts, next_steps(place, report)]))
