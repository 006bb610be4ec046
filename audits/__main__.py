"""`python -m audits` is the command `audits`."""

from audits.cli import main

main()
