"""Marked words of personas that GPT-4 wrote, beside those that were published.

Cheng, Durmus and Jurafsky (2023), Marked personas: the words that set apart what GPT-4 writes of a
group from what it writes of white people. Hyphens part words here.
"""

from __future__ import annotations

import pytest

from audits.questions import text_words
from audits.settings import Settings

PUBLISHED = {
    "Black": {"black", "african", "deep", "rich", "coiled"},
    "Asian": {"asian", "almond", "shaped", "dark", "silky"},
    "Middle-Eastern": {"dark", "thick", "olive", "headscarf"},
    "Latine": {"latina", "spanish", "dark"},
    "White": {"white", "blue", "blonde", "fair"},
}


@pytest.fixture(scope="module")
def personas(real_data):
    import pandas as pd

    table = pd.read_csv(real_data / "marked_personas" / "gpt4_main_generations.csv.gz")
    return table.assign(race=table.race.str.replace(r"^an? ", "", regex=True))


def top(personas, *, most=20, **settings):
    """The first words of every race, and how many are marked."""
    from texts_made import corpora_of

    made = corpora_of(
        None,
        personas.text.tolist(),
        labels={name: [personas[name].tolist()] for name in ("race", "gender")},
        settings=Settings().having(marked_listed=most, **settings),
    )
    made.unmarked = (("race", "White"), ("gender", "M"))
    rows = text_words.measure(made)["marked"]
    return {
        race: [row.word for row in rows if row.group == (("race", race),)] for race in PUBLISHED
    }


@pytest.mark.real_data
class TestPersonasOfGpt4:
    def test_the_published_words_by_the_published_method(self, personas):
        """All that were published are among the first twenty of each group."""
        found = top(personas, marked_method="cheng2023")
        missing = {race: words - set(found[race]) for race, words in PUBLISHED.items()}
        assert not any(missing.values()), missing

    def test_the_same_words_by_the_texts_that_hold_them(self, personas):
        """One text that repeats a word no longer marks it."""
        found = top(personas)
        missing = {race: words - set(found[race]) for race, words in PUBLISHED.items()}
        assert not any(missing.values()), missing
