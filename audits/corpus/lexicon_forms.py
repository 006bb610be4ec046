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
_NUMBERS = re.compile(r"\{(\d{1,3})\.\.(\d{1,3})\}")


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


def forms_of(written: str, *, plurals: bool, english: bool = True) -> tuple[Form, ...]:
    """Return every form of a term: as written, with other hyphens and spelling, in the plural.

    With `plurals`, `written` may give plurals of its own behind slashes, as in ``woman/women``, and
    a term that ends in ``=`` has none; else they are made as English makes them. The term
    ``{60..99}-year-old`` is written for every number.

    >>> [form.text for form in forms_of("old-timer", plurals=True)]
    ['old-timer', 'old-timers', 'old timer', 'old timers']
    >>> [(form.text, form.plural) for form in forms_of("man/men", plurals=True)]
    [('man', False), ('men', True)]
    """
    numbers = _NUMBERS.search(written)
    if numbers:
        low, high = int(numbers[1]), int(numbers[2])
        each = (written.replace(numbers[0], str(number)) for number in range(low, high + 1))
        return tuple(form for one in each for form in forms_of(one, plurals=plurals))
    singular, *given = (part.strip() for part in written.split("/")) if plurals else [written]
    if plurals and singular.endswith("="):
        singular, plurals = singular[:-1].strip(), False
    made = given or ([plural_of(singular)] if plurals and english else [])
    forms = {singular: Form(singular)} | {text: Form(text, plural=True) for text in made}
    for form in tuple(forms.values()):
        for variant in _variants(form.text, english):
            forms.setdefault(variant, Form(variant, form.plural))
    return tuple(forms.values())


def excluded_forms(phrase: str) -> tuple[str, ...]:
    """Return a phrase with hyphens and with blanks between its words.

    >>> excluded_forms("queen size"), excluded_forms("in the black")
    (('queen size', 'queen-size'), ('in the black',))
    """
    both = [phrase, phrase.replace("-", " ")]
    if phrase.count(" ") == 1:
        both.append(phrase.replace(" ", "-"))
    return tuple(dict.fromkeys(both))


def _variants(text: str, spellings: bool) -> Iterable[str]:
    """Yield a text with blanks for hyphens, and each of both in other spellings."""
    hyphens = [text, text.replace("-", " ")]
    yield from hyphens
    for pair in _SPELLINGS if spellings else ():
        for one, other in (pair, pair[::-1]):
            yield from (variant.replace(one, other) for variant in hyphens)
