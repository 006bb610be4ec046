"""Collections of texts made by hand for the question of marked words."""

from __future__ import annotations

import hashlib
from itertools import product
from types import SimpleNamespace

import numpy as np
from scipy import sparse

from audits.corpus.collection import Collection, TextRecord, Vocabulary
from audits.corpus.corpora import Corpora, TextGroups
from audits.settings import Settings


def corpora(*sides, naming=(), unmarked=(), crossed=False, by="label", **settings):
    """Real and synthetic texts, or synthetic ones alone; a side is (texts, labels by feature).

    Words are parted by spaces. Those in `naming` name a group wherever they stand.
    """
    words = sorted({word for texts, _ in sides for text in texts for word in text.split()})
    number = {word: place for place, word in enumerate(words)}
    vocabulary = Vocabulary(tuple(words), tuple(words), np.arange(len(words), dtype=np.int32))
    names = _names([labels for _, labels in sides], crossed=crossed)
    collections, belongs = [], []
    for texts, labels in sides:
        order = sorted(
            range(len(texts)), key=lambda i: (texts[i], [str(v[i]) for v in labels.values()])
        )
        collections.append(_collection([texts[i] for i in order], number, vocabulary))
        belongs.append(_belongs({f: [v[i] for i in order] for f, v in labels.items()}, names))
    told = np.array([word in naming for word in words], dtype=bool)
    mentions = SimpleNamespace(masked=lambda _side, collection: told[collection.words.ids])
    return Corpora(
        tuple(collections),
        vocabulary,
        TextGroups(names, tuple(belongs), by),
        Settings().having(**settings),
        mentions=mentions if naming else None,
        alone=len(sides) == 1,
        unmarked=unmarked,
    )


def _collection(texts, number, vocabulary):
    ids = [[number[word] for word in text.split()] for text in texts]
    tokens = np.array([one for text in ids for one in text], dtype=np.int32)
    hashes = [int(hashlib.md5(text.encode()).hexdigest()[:15], 16) for text in texts]
    return Collection(
        TextRecord("synthetic", "made", "list", "", len(texts)),
        texts,
        vocabulary,
        tokens,
        np.r_[0, np.cumsum([len(text) for text in ids])].astype(np.int64),
        np.zeros(len(tokens), dtype=np.int32),
        np.arange(len(texts)),
        np.array(hashes, dtype=np.uint64),
    )


def _names(sides, *, crossed):
    values = {
        feature: sorted({value for labels in sides for value in labels[feature] if value})
        for feature in sorted(sides[0])
    }
    single = [((feature, value),) for feature in values for value in values[feature]]
    pairs = [
        ((first, a), (second, b))
        for first, second in ([tuple(values)] if crossed else [])
        for a, b in product(values[first], values[second])
    ]
    return ((), *single, *pairs)


def _belongs(labels, names):
    size = len(next(iter(labels.values())))
    table = np.ones((size, len(names)), dtype=bool)
    for column, name in enumerate(names):
        for feature, value in name:
            table[:, column] &= np.array(labels[feature]) == value
    return sparse.csr_array(table)


WORDS = 600


def drawn(rng, sizes, *, tied=None, length=40):
    """Texts of groups of the same law, in bursts; `tied` gives the share of texts of a group that
    hold a further word: {("word", "group"): share}.
    """
    chance = 1 / np.arange(1, WORDS + 1) ** 1.05
    chance /= chance.sum()
    texts, labels = [], []
    for group, size in sizes.items():
        for _ in range(size):
            long = int(rng.integers(length // 2, 3 * length // 2))
            words = rng.choice(WORDS, long, p=chance)
            again = rng.random(long) < 0.3
            words[again] = words[rng.integers(0, long, again.sum())]
            said = [f"w{word}" for word in words]
            for (word, whose), share in (tied or {}).items():
                if whose in (group, "all") and rng.random() < share:
                    said.append(word)
            texts.append(" ".join(said))
            labels.append(group)
    return texts, {"who": labels}
