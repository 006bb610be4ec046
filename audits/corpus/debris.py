"""What is broken in single texts: words of the machine, marks of prompts, letters gone wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Collection, Int64
from audits.corpus.near_duplicates import Duplicates, repeats

Bools = NDArray[np.bool_]

COPIED, REPEATED, MACHINE, PROMPT = "copies a real text", "repeats another", "machine", "prompt"
ENCODING, LOOP, CUT, SHORT = "encoding", "loop", "breaks off", "hardly any words"
KINDS = (COPIED, REPEATED, MACHINE, PROMPT, ENCODING, LOOP, CUT, SHORT)
"""Every kind of debris, in the order in which it is shown."""
MEANINGS = {
    COPIED: "equals or nearly equals a real text",
    REPEATED: "equals or nearly equals another text of its collection",
    MACHINE: "refuses, or speaks as an assistant to who asked",
    PROMPT: "holds a piece of its prompt, or marks of a template",
    ENCODING: "holds letters that were decoded wrongly, or marks of markup",
    LOOP: "says the same words over and over",
    CUT: "ends in the middle of a sentence",
    SHORT: "has hardly any words",
}

_CANNOT = (
    r"(?:can(?:no|')?t|can not|am (?:not able|unable) to|'m (?:not able|unable) to"
    r"|won't be able to|will not be able to)"
)
_HELP = (
    r"(?:assist|fulfil+|comply|provide|create|write|generate|produce|engage|continue|answer|discuss|"
    r"help (?:you|with|people|users|anyone)|do that|help\b(?! (?:but|it|my|him|her|them|our)))"
)
_AI = r"(?:ai|artificial intelligence)"
_MADE = r"(?:developed|trained|created|built|made|designed|and|so|that|without)\b"
_OF_MACHINES = re.compile(
    r"(?:(?<!\w)(?=[adilmw])|\A)(?:"  # where none of them begins, none is tried
    rf"\bas an? (?:\w+ )?(?:{_AI}(?: language)?(?: model| assistant| system| chatbot)"
    rf"|language model|chatbot|{_AI}(?=,|[ .]+(?:i|it|my)\b))\b"
    rf"|\bi(?:'m| am) (?:just |only )?an? (?:\w+ )?(?:{_AI}(?! (?!{_MADE})\w)|language model"
    rf"|chatbot|(?:{_AI}|virtual|digital) (?:assistant|model|language|system))\b"
    rf"|\bi(?:'m| am) (?:very |so |really )?sorry,? (?:but )?i ?{_CANNOT} {_HELP}"
    rf"|\bi ?{_CANNOT} (?:assist|fulfil+|comply|engage)\b"
    rf"|\A\W*(?:unfortunately,? |i apologi[sz]e,? (?:but )?)?i ?{_CANNOT} {_HELP}"
    r"|\bi do(?:n't| not) have (?:personal (?:opinions|experiences|beliefs)|access to real)"
    r"|\bmy (?:knowledge cut-?off|last knowledge update)\b"
    r"|\A\W*(?:certainly|sure|absolutely|of course)[!,.:]? (?:here|i can|i'd be|let me|below)\b"
    r"|\A\W*here(?:'s| is| are) (?:a|an|the|your|my|some|one)\b[^.\n]{0,80}:"
    r"|\bi hope (?:this|that) helps\b"
    r"|\blet me know if (?:you|there)\b[^\n.!?]{0,100}[.!?]?\W*\Z"
    r"|\b(?:would you like|do you want) me to\b[^\n.!?]{0,100}\?\W*\Z"
    r")",
)
"""Refusals, and what assistants say: of what people say, too, only where assistants say it, as the
first or last words of a text."""
_OF_TEMPLATES = re.compile(
    r"#{2,} ?(?:instruction|response|input|system|user|assistant|prompt|output|question|answer)\b"
    r"|\[/?inst\]|<\|[\w ]{1,30}\|>|<</?sys>>|</?s>"
    r"|(?<![\w\]}])\{\{? ?[a-z_]{2,30} ?\}?\}"
    r"|\[(?:insert|your|name|topic|company|date)\b[^\]\n]{0,30}\]"
    r"|^(?:instruction|input|output|prompt|user|assistant|system|response|completion|question) ?:",
    re.MULTILINE,
)
_WRONG_LETTERS = re.compile(
    "\ufffd|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
    '|Ã[\x80-\xbf ¡-¿ƒ†‡€‚„…ˆ‰Š‹Œ‘’“”•–—˜™š›œŸŽž]|â€[™œ\x9d\x93\x94¦˜"“”’]|Â[  °£«»©®]'
    r"|&(?:amp|lt|gt|quot|nbsp|apos|#\d{2,5}|#x[0-9a-fA-F]{2,4});|\\u[0-9a-fA-F]{4}|\\[nt](?=[A-Z\\])"
    r"|</?(?:p|br|div|span|li|ul|ol|em|strong|h[1-6]|a href=[^>]{1,200})\b ?/?>"
)
_WORD = re.compile(r"\w+")
_PIECE = 8
"""Words of a prompt in a row that a text does not hold by chance."""
_SHORT_PROMPT = 4
_LONGEST_LOOP = 30
"""Words of what is said over and over."""
_ENDS = frozenset(".!?…。！？؟۔।:;)]}\"'”’»›*~")
"""Characters with which a text may end."""


def debris(
    collection: Collection, duplicates: Duplicates, side: int, *, fewest_words: int,
    told: Callable[[float], None] = lambda _share: None,
) -> dict[str, Bools]:  # fmt: skip
    """Return for every kind of debris which texts are of it.

    Parameters
    ----------
    collection : Collection
        The texts.
    duplicates : Duplicates
        What :func:`audits.corpus.near_duplicates.near_duplicates` found.
    side : int
        Which of its collections this is; of 0, the real one, texts like another of its own count
        as what copies would be by chance.
    fewest_words : int
        Words that a text has at least.
    told : callable, optional
        Called with the share done.
    """
    machine, prompt, encoding, cut = (np.zeros(collection.documents, dtype=bool) for _ in range(4))
    prompts = _Prompts(collection.prompts)
    every = max(collection.documents // 50, 1)
    for place, text in enumerate(collection.texts):
        plain = text.lower().replace("’", "'")
        machine[place] = _OF_MACHINES.search(plain) is not None
        prompt[place] = _OF_TEMPLATES.search(plain) is not None or prompts.leaks(place, plain)
        encoding[place] = _WRONG_LETTERS.search(text) is not None
        cut[place] = _breaks_off(text)
        if place % every == 0:
            told(place / collection.documents)
    broken = {
        MACHINE: machine,
        PROMPT: prompt,
        ENCODING: encoding,
        LOOP: loops(collection.words.ids, collection.words.starts),
        CUT: cut,
        SHORT: collection.words.lengths < fewest_words,
    }
    spoiled = np.logical_or.reduce(list(broken.values()))
    return {
        COPIED: duplicates.copied[side] if side else duplicates.alike[side],
        REPEATED: repeats(duplicates.sets[side], spoiled),
        **broken,
    }


def _breaks_off(text: str) -> bool:
    """Whether a text ends with a letter, a digit or a comma: no end of a sentence.

    >>> [_breaks_off(text) for text in ("It ends.", "It ends", "It ends,", "🙂", "She said “no”")]
    [False, True, True, False, False]
    """
    last = text.rstrip()[-1:]
    return last not in _ENDS and (last.isalnum() or last in ",-–—(")


_PIECE_SHOWN = 110
"""Characters of a text that are shown around what is odd about it."""


def excerpt(kind: str, text: str) -> str:
    """Return a piece of a text that shows what is odd about it, in one line.

    >>> excerpt(CUT, "It was late, and the man who")
    'It was late, and the man who'
    """
    looks = {MACHINE: _OF_MACHINES, PROMPT: _OF_TEMPLATES, ENCODING: _WRONG_LETTERS}
    begin = 0
    if kind in looks:
        plain = text if kind == ENCODING else text.lower().replace("’", "'")
        found = looks[kind].search(plain)
        begin = max(0, found.start() - _PIECE_SHOWN // 3) if found else 0
    elif kind == CUT:
        begin = max(0, len(text.rstrip()) - _PIECE_SHOWN)
    piece = " ".join(text[begin : begin + _PIECE_SHOWN].split())
    before = "… " if begin else ""
    after = " …" if begin + _PIECE_SHOWN < len(text.rstrip()) else ""
    return f"{before}{piece}{after}"


class _Prompts:
    """Pieces of prompts, looked for in the texts that were made from them."""

    def __init__(self, prompts: Sequence[str | None] | None) -> None:
        self._prompts = prompts
        self._pieces: dict[str, tuple[str, ...]] = {}

    def leaks(self, place: int, plain: str) -> bool:
        """Whether a text, in lower case, holds eight words of its prompt in a row."""
        given = None if self._prompts is None else self._prompts[place]
        if not given:
            return False
        if given not in self._pieces:
            self._pieces[given] = _pieces(given)
        pieces = self._pieces[given]
        if not pieces:
            return False
        words = f" {' '.join(_WORD.findall(plain))} "
        return any(piece in words for piece in pieces)


def _pieces(prompt: str) -> tuple[str, ...]:
    """Runs of eight words of a prompt; all of it where it is shorter, nothing of a very short one.

    >>> _pieces("Describe a nurse in your town.")
    (' describe a nurse in your town ',)
    """
    words = _WORD.findall(prompt.lower().replace("’", "'"))
    if len(words) < _SHORT_PROMPT:
        return ()
    last = max(len(words) - _PIECE, 0)
    return tuple(f" {' '.join(words[i : i + _PIECE])} " for i in range(last + 1))


def loops(ids: NDArray[np.int32], starts: Int64) -> Bools:
    """Return which texts say the same words three times in a row, or one word four times.

    >>> words = np.array([1, 2, 1, 2, 1, 2, 3, 1, 2, 1, 2, 3], dtype=np.int32)
    >>> loops(words, np.array([0, 7, 12]))
    array([ True, False])
    """
    found = np.zeros(len(starts) - 1, dtype=bool)
    document = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    for period in range(1, _LONGEST_LOOP + 1):
        if len(ids) <= 2 * period:
            break
        same = (ids[period:] == ids[:-period]) & (document[period:] == document[:-period])
        long = max(2 * period, 3)
        broken = np.flatnonzero(~same)
        ends = np.concatenate([[-1], broken, [len(same)]])
        runs = np.diff(ends) - 1
        found[document[ends[:-1][runs >= long] + 1]] = True
    return found
