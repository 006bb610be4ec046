"""How many syllables an English word has, by its letters."""

from __future__ import annotations

import re
import unicodedata

_VOWELS = re.compile("[aeiouy]+")
_ACUTE_E = "e\N{COMBINING ACUTE ACCENT}"
_C, _V = "[^aeiouy]", "[aeiouy]"
_SILENT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_V}{_C}+e$(?<!{_C}le)",  # make, advice; not table
        rf"{_V}{_C}*[^aeiouyscxzg](?<!ch)(?<!sh)es$(?<!{_C}les)",  # makes; not boxes, tables
        rf"{_V}{_C}*[^aeiouytd](?<![^aeiouyl]l)(?<![cd]r)ed$",  # walked; not wanted, settled
        rf"{_V}{_C}+(?<!el)e(?:ly|liness|ty|ful|fully|less|ness|ments?)$",  # lonely; not element
        r"^(?:some|home|life|base|time|there|where|house|space|place)(?=[bhmtw]|st)",  # sometimes
        r"^every|^business|^evening",
        r"[aion]gues?$|[is]ques?$",  # dialogue, tongue, unique
    )
)
"""Where a group of vowels is written that nobody speaks."""
_APART = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![ctgsx])i(?:a(?!ns?$)|u)|(?<![ctgsxl])ians?$|[ct]iat|^gian",  # media, appreciate
        r"(?<![ctgsxnl])io(?!ur?s?$)|(?<![ctgsx])ious|^lion",  # radio, various; not nation, opinion
        r"iety|^scie|(?<![ctgsr])ie(?:t|nc|nts?$)|(?<=r)ie(?:t|nc)|(?<=[lr])ient|ier$",  # science
        r"[aeiouy]ing|[ao]y(?:a|o|e(?!d?$))",  # being, studying, royal
        r"(?<![qg])u(?:a|ou|el|en[ct])|uity|ruin|luid",  # actual, influence
        r"eo(?!pl|us|ns?$)|neon|eali|deal|(?<!th)eate|eati|eum|oe[mt]|reac(?!h)",  # theory, create
        r"[aeiou][^aeiouy]+ea$|(?:or|op|bb)ean|heat(?:er|re)|ao|^coo[pr]d?[ei]",  # idea, European
        r"sms?$|thms?$",  # racism, rhythm
    )
)
"""Where one group of vowels, or none, is two syllables."""


def syllables(word: str) -> int:
    """Count the syllables of an English word, by rule: its groups of vowels, less silent ones.

    A digit is one syllable. What has no vowel, as the n't of don't or the 's of it's, has none:
    the word it belongs to is counted by its other part.

    >>> [syllables(word) for word in ("make", "table", "wanted", "science", "1948", "'s")]
    [1, 2, 2, 2, 4, 0]
    """
    plain = unicodedata.normalize("NFKD", word.lower())
    plain = plain.replace(_ACUTE_E, "a")  # as in café: it is spoken, at the end of a word, too
    digits = sum(letter.isdigit() for letter in plain)
    letters = "".join(letter for letter in plain if "a" <= letter <= "z")
    groups = len(_VOWELS.findall(letters))
    if groups == 0:
        return digits
    more = sum(len(pattern.findall(letters)) for pattern in _APART)
    less = sum(pattern.search(letters) is not None for pattern in _SILENT)
    return digits + max(1, groups + more - less)
