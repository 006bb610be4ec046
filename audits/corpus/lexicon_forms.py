"""Every way of writing a term: plurals, hyphens, British and American spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_VOWELS = "aeiou"
_SPELLINGS = (
    ("colour", "color"),
    ("grey", "gray"),
    ("paralysed", "paralyzed"),
    ("hospitalised", "hospitalized"),
    ("marginalised", "marginalized"),
    ("ageing", "aging"),
    ("labour", "labor"),
)


@dataclass(frozen=True)
class Form:
    """One way of writing a term."""

    text: str
    plural: bool = False


def plural_of(noun: str) -> str:
    """Return the plural of a noun by the rules of English spelling, of a phrase that of its head.

    The head is the word before "of", "with" or "in" where there is one, else the last. Irregular
    plurals are not known: a lexicon gives them, ``woman/women``.

    >>> plural_of("lady"), plural_of("person of color"), plural_of("Jew")
    ('ladies', 'persons of color', 'Jews')
    """
    head = re.match(r"(.+?)((?: of| with| in| from| without) .+)$", noun)
    if head:
        return plural_of(head.group(1)) + head.group(2)
    if re.search(r"(?:s|x|z|ch|sh)$", noun):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1].lower() not in _VOWELS:
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def forms_of(written: str, *, plurals: bool, spellings: bool = True) -> tuple[Form, ...]:
    """Return every form of a term: as written, with other hyphens and spelling, in the plural.

    `written` may give plurals of its own behind slashes, as in ``woman/women``. A term that ends in
    ``=`` has no plural.

    >>> [form.text for form in forms_of("old-timer", plurals=True)]
    ['old-timer', 'old-timers', 'old timer', 'old timers']
    >>> [(form.text, form.plural) for form in forms_of("man/men", plurals=True)]
    [('man', False), ('men', True)]
    """
    singular, *given = (part.strip() for part in written.split("/"))
    if singular.endswith("="):
        singular, plurals = singular[:-1].strip(), False
    made = given or ([plural_of(singular)] if plurals else [])
    forms = {singular: Form(singular)} | {text: Form(text, plural=True) for text in made}
    for form in tuple(forms.values()):
        for variant in _variants(form.text, spellings):
            forms.setdefault(variant, Form(variant, form.plural))
    return tuple(forms.values())


def _variants(text: str, spellings: bool) -> Iterable[str]:
    """Yield a text with blanks for hyphens, and each of both in other spellings."""
    hyphens = [text, text.replace("-", " ")]
    yield from hyphens
    for pair in _SPELLINGS if spellings else ():
        for one, other in (pair, pair[::-1]):
            yield from (variant.replace(one, other) for variant in hyphens)
