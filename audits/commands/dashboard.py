"""The dashboard, started from the command line."""

from __future__ import annotations

from audits import cli_options as options


def dashboard(
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    reference: options.Reference = None,
    holdout: options.Holdout = None,
    audit: options.SavedAudits = None,
    port: options.Port = 8501,
    no_browser: options.NoBrowser = False,
) -> None:
    """Open the dashboard in a browser; on this machine only, and nothing leaves it."""
    from audits.config import names
    from audits.launch import launch

    launch(
        {"real": real, "synthetic": synthetic, "reference": reference, "holdout": holdout},
        sensitive_features=names(sensitive_features) or (),
        saved=audit or [],
        port=port,
        browser=not no_browser,
    )
