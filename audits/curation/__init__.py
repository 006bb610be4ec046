"""What is kept of a synthetic table once people or rules have decided, and whom that costs."""

from audits.curation.curating import curate
from audits.curation.result import Curation

__all__ = ["Curation", "curate"]
