"""Who is there, where the dashboard is told how to ask (OpenID Connect); else nobody is asked."""

from __future__ import annotations

import hashlib

import streamlit as st


def configured() -> bool:
    """Whether secrets say where people log in."""
    try:
        return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)
    except Exception:  # noqa: BLE001, whatever is wrong with the file: never open to all by mistake
        return True


def open_to_all() -> bool:
    """Whether other machines are answered while nobody has to say who they are."""
    address = str(st.get_option("server.address") or "")
    return st.runtime.exists() and address not in _THIS_MACHINE and not configured()


_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def logged_in() -> bool:
    """Whether a person has logged in."""
    return bool(getattr(st.user, "is_logged_in", False))


def owner() -> str:
    """Return what binds a session to the person: a digest of who says so, and whom they name."""
    if not (configured() and logged_in()):
        return ""
    person = f"{st.user.get('iss', '')}\0{st.user.get('sub', '')}"
    return hashlib.sha256(person.encode()).hexdigest()
