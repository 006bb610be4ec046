"""How long it takes to judge an audit again, and to hide its small counts.

    python benchmarks/judging.py audit.json …

Prints a line per saved audit; processor seconds, the median of five.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import audits
from audits.disclosure import protected


def seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def main() -> None:
    print("| audit | groups | findings | judged again | small counts hidden |")
    print("|---|---|---|---|---|")
    for path in sys.argv[1:]:
        audit = audits.load(path)
        moved = audit.settings.having(support_problem=12)
        judged = seconds(lambda audit=audit, moved=moved: audit.having(moved))
        hidden = seconds(lambda audit=audit: protected(audit, 11))
        groups = len({finding.group for finding in audit.findings})
        name = path.rpartition("/")[2]
        print(f"| {name} | {groups} | {len(audit.findings)} | {judged:.2f} s | {hidden:.2f} s |")


if __name__ == "__main__":
    main()
