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
_CHOICE = re.compile(r"\{([^{}]*)\}")
_NUMBERS = re.compile(r"(\d{1,3})\.\.(\d{1,3})")
_MOST = 2_000
"""Ways of writing one term."""


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
    a term that ends in ``=`` has none; else they are made as English makes them. Of ``{his|her}``
    either is written, of ``{60..99}`` every number.

    Raises
    ------
    ValueError
        If a form is empty, or there are too many.

    >>> [form.text for form in forms_of("old-timer", plurals=True)]
    ['old-timer', 'old-timers', 'old timer', 'old timers']
    >>> [(form.text, form.plural) for form in forms_of("man/men", plurals=True)]
    [('man', False), ('men', True)]
    """
    if _CHOICE.search(written):
        return tuple(
            form
            for one in _chosen(written)
            for form in forms_of(one, plurals=plurals, english=english)
        )
    written = written.strip()
    singular, *given = (part.strip() for part in written.split("/")) if plurals else [written]
    if plurals and singular.endswith("="):
        singular, plurals = singular[:-1].strip(), False
    made = given or ([plural_of(singular)] if plurals and english else [])
    if not all([singular, *given]):
        raise ValueError("leaves nothing to look for")
    forms = {singular: Form(singular)} | {text: Form(text, plural=True) for text in made}
    for form in tuple(forms.values()):
        for variant in _variants(form.text, english):
            forms.setdefault(variant, Form(variant, form.plural))
    return tuple(forms.values())


def excluded_forms(phrase: str) -> tuple[str, ...]:
    """Return a phrase, and one of two words with a hyphen, too; choices as in terms.

    >>> excluded_forms("queen size"), excluded_forms("in {his|her} youth")
    (('queen size', 'queen-size'), ('in his youth', 'in her youth'))
    """
    made: dict[str, None] = {}
    for one in _chosen(phrase):
        made |= dict.fromkeys([one, _hyphened(one)])
    return tuple(made)


def _chosen(written: str) -> list[str]:
    """Return what is written once for every choice in braces."""
    choice = _CHOICE.search(written)
    if choice is None:
        return [written]
    numbers = _NUMBERS.fullmatch(choice[1])
    if numbers:
        options = [str(one) for one in range(int(numbers[1]), int(numbers[2]) + 1)]
    else:
        options = choice[1].split("|")
    every = (written[: choice.start()] + one + written[choice.end() :] for one in options)
    made: list[str] = []
    for more in every:
        made += (" ".join(one.split()) for one in _chosen(more))
        if len(made) > _MOST:
            raise ValueError(f"is written in more than {_MOST:,} ways")
    return made


def _hyphened(text: str) -> str:
    return text.replace(" ", "-") if text.count(" ") == 1 and "-" not in text else text


def _variants(text: str, spellings: bool) -> Iterable[str]:
    """Yield a text with blanks for hyphens, and a hyphen for its only blank; other spellings."""
    hyphens = dict.fromkeys([text, text.replace("-", " "), _hyphened(text)])
    yield from hyphens
    for pair in _SPELLINGS if spellings else ():
        for one, other in (pair, pair[::-1]):
            yield from (variant.replace(one, other) for variant in hyphens)
