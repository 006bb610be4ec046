"""The dashboard: `audits dashboard` starts it with Streamlit."""

from __future__ import annotations

import sys
from pathlib import Path

if (_HERE := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, _HERE)  # `streamlit run` does so, a test does not

import frame

frame.run()
