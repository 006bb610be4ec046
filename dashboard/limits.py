"""Every number of the dashboard that someone may want to change, declared once."""

from __future__ import annotations

SESSION_HOURS = 24.0  # since it was last used, a session's folder is kept so long
SWEEP_SECONDS = 600.0  # between two looks for sessions that are over
RUNNING_AT_ONCE = 2  # audits, over all sessions: each takes a processor and much of the memory
UPLOAD_MB = 1000  # per file; also server.maxUploadSize in .streamlit/config.toml
POLL_SECONDS = 1.0  # between two looks at a running audit
GRACE_SECONDS = 5.0  # between asking a worker to end and ending it
UNDERSTAND_SECONDS = 120.0  # after which the page goes on without knowing the columns
UNDERSTAND_ROWS = 200_000  # of each table, on which what is said of its columns rests
AUDITS_HELD = 4  # audits that a browser's session holds in memory, beside the one shown
REMEMBERED = 100  # small things about audits that a browser's session holds in memory
GROUPS_A_PAGE = 20
LEVELS_SHOWN = 12
LABEL = 60  # letters of an audit’s name in a table
ITEMS_A_PAGE = 25  # of a queue
NEAREST_SHOWN = 3  # real records beside one that is looked at
NAME_LETTERS = 100  # of a reviewer
REASON_LETTERS = 2000  # of a decision, and of what a signature declares
EDIT_LETTERS = 2000  # of a value that is to stand in place of another
DECISIONS_A_MINUTE = 60  # of a session: faster than anybody reads; one about many counts once
STORES_HELD = 8  # open at once, over all sessions
CHECKED_UNASKED = 5_000  # items of a queue up to which signatures are checked on every look
HISTORY_MB = 100  # of an audit that is kept in the history from a page
TRENDS_HELD = 3  # trends that a browser's session holds in memory
AUDITS_ACROSS = 10  # columns of the table of verdicts; older audits are on further pages
CHANGES_SHOWN = 3  # of each kind, on the first page
