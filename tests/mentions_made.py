"""Corpora made by hand of what each text mentions, without words or a lexicon's file."""

import numpy as np
from scipy import sparse

from audits.corpus.collection import Collection, TextRecord, Vocabulary
from audits.corpus.corpora import Corpora, TextGroups
from audits.corpus.lexicon import PRONOUN, Kind, Lexicon, Term
from audits.corpus.lexicon_forms import Form
from audits.corpus.mentions import Found, Mentions
from audits.settings import Settings

EMPTY = Vocabulary(("x",), ("x",), np.zeros(1, dtype=np.int32))
KINDS = {
    "plain": Kind("plain", "anywhere"),
    PRONOUN: Kind(PRONOUN, "anywhere"),
    "person": Kind("person", "before a person", patterns=("<person>",)),
}


def lexicon(*terms):
    """A lexicon of (axis, group, text, kind)."""
    made = tuple(Term(axis, group, text, kind, (Form(text),)) for axis, group, text, kind in terms)
    return Lexicon("ours", "en", "0" * 64, made, KINDS)


def found_in(texts, lexicon):
    """What is found in texts, each a list of terms that it mentions."""
    place = {term.text: i for i, term in enumerate(lexicon.terms)}
    group = {name: i for i, name in enumerate(lexicon.groups)}
    lines = [(d, place[term]) for d, terms in enumerate(texts) for term in terms]
    document, term = (np.array([line[k] for line in lines], dtype=np.int32) for k in (0, 1))
    groups = np.array(
        [group[((t.axis, t.group),)] for t in (lexicon.terms[i] for i in term)], dtype=np.int32
    )
    seen = np.bincount(term, minlength=len(lexicon.terms)).astype(np.int64)
    start = np.arange(len(lines), dtype=np.int64)
    return Found(document, start, np.ones(len(lines), np.int32), groups, term, seen * 3, seen)


def collection(texts, role):
    sizes = [max(len(terms), 1) for terms in texts]
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    tokens = np.zeros(starts[-1], dtype=np.int32)
    n = len(texts)
    return Collection(
        TextRecord(role, role, "list", "", n), ["x"] * n, EMPTY, tokens, starts, tokens,
        np.arange(n), np.arange(n, dtype=np.uint64),
    )  # fmt: skip


def corpora(real, synthetic, lexicon=None, *, reference=None, settings=None, **labels):
    """Two collections, or one where `real` is None, of texts as lists of the terms they mention.

    `labels` are, per column, values of the real and of the synthetic texts; they form the groups.
    """
    sides = [texts for texts in (real, synthetic) if texts is not None]
    roles = ("real", "synthetic")[-len(sides) :]
    made = tuple(collection(*pair) for pair in zip(sides, roles, strict=True))
    mentions = None
    if lexicon is not None:
        found = tuple(found_in(texts, lexicon) for texts in sides)
        mentions = Mentions(lexicon, lexicon.groups, found)
    if labels:
        groups = by_label(sides, labels)
    else:
        belongs = [mentions.belongs(i, one) for i, one in enumerate(made)]
        every = [sparse.csr_array(np.ones((one.documents, 1), dtype=bool)) for one in made]
        both = zip(every, belongs, strict=True)
        whole = tuple(sparse.hstack(pair, format="csr") for pair in both)
        groups = TextGroups(((), *mentions.groups), whole, "mention")
    return Corpora(
        made, EMPTY, groups, settings or Settings(), mentions, reference, alone=real is None
    )


def by_label(sides, labels):
    names = sorted({((c, v),) for c, given in labels.items() for side in given for v in side})
    belongs = []
    for place, texts in enumerate(sides):
        columns = [np.ones(len(texts), dtype=bool)]
        columns += [np.array(labels[c][place]) == v for ((c, v),) in names]
        belongs.append(sparse.csr_array(np.stack(columns, axis=1)))
    return TextGroups(((), *names), tuple(belongs), "label")
