"""Models that a person might bring: each a factory as `own_models:name`."""

from __future__ import annotations

import numpy as np


class Parrot:
    """Repeats its last feature, and asks for no more than that."""

    def fit(self, x, y):
        return self

    def predict(self, x):
        return x[:, -1].astype(int)


class Majority(Parrot):
    def fit(self, x, y):
        self.most = np.bincount(y).argmax()
        return self

    def predict(self, x):
        return np.full(len(x), self.most)


class FailsToFit(Parrot):
    def fit(self, x, y):
        raise ValueError("this model cannot learn")


class FailsToPredict(Parrot):
    def predict(self, x):
        raise KeyError("left")


class TooFew(Parrot):
    def predict(self, x):
        return super().predict(x)[:-1]


class WrongLabels(Parrot):
    def predict(self, x):
        return np.full(len(x), 7)


class Words(Parrot):
    def predict(self, x):
        return np.full(len(x), "yes")


class WrongScores(Parrot):
    def predict_proba(self, x):
        return np.zeros((len(x), 5))


class NotANumber(Parrot):
    def predict(self, x):
        return np.full(len(x), np.nan)


class NoPredict:
    def fit(self, x, y):
        return self


def fails():
    raise RuntimeError("no licence for this model")


def forest():
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=5)


NOTHING = 3
