"""Words that every question writes alike."""

from __future__ import annotations

from collections.abc import Sequence

from audits.estimates import Estimate, number, percent


def people(count: float) -> str:
    """Write a number of people.

    >>> people(1), people(3000)
    ('1 person', '3,000 people')
    """
    return "1 person" if count == 1 else f"{count:,.0f} people"


def real_people(count: int) -> str:
    """Write a number of real people.

    >>> real_people(1), real_people(3000)
    ('1 real person', '3,000 real people')
    """
    return "1 real person" if count == 1 else f"{count:,} real people"


def synthetic_rows(count: int) -> str:
    """Write a number of synthetic rows.

    >>> synthetic_rows(1), synthetic_rows(3000)
    ('1 synthetic row', '3,000 synthetic rows')
    """
    return "1 synthetic row" if count == 1 else f"{count:,} synthetic rows"


def rows(count: int) -> str:
    """Write a number of rows.

    >>> rows(1), rows(3000)
    ('1 row', '3,000 rows')
    """
    return "1 row" if count == 1 else f"{count:,} rows"


def columns(count: int) -> str:
    """Write a number of columns.

    >>> columns(1), columns(12)
    ('1 column', '12 columns')
    """
    return "1 column" if count == 1 else f"{count} columns"


def share(estimate: Estimate) -> str:
    """Write a share with its interval.

    >>> share(Estimate(0.03, 0.021, 0.0425))
    '3 % (2.1 to 4.2 %)'
    """
    low, high = percent(estimate.low), percent(estimate.high)
    return f"{percent(estimate.value)} ({low.removesuffix(' %')} to {high})"


def listed(items: Sequence[str], most: int = 6) -> str:
    """Join a list for a sentence, cut where it gets long.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def capital(text: str) -> str:
    """Begin a sentence with a capital, leaving the rest as it is."""
    return text[:1].upper() + text[1:]


def estimate(value: Estimate) -> str:
    """Write an estimate with its interval.

    >>> estimate(Estimate(0.25, 0.2, 0.3))
    '0.25 (0.20 to 0.30)'
    """
    return f"{number(value.value)} ({number(value.low)} to {number(value.high)})"


def one_in(count: float) -> str:
    """Write the rarest type that so many people would probably have shown, as one in so many.

    >>> one_in(30), one_in(300)
    ('one in ten', 'one in 100')
    """
    rarest = 1 - 0.05 ** (1 / max(count, 1))
    nth = max(2, int(1 / rarest))
    words = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
    words |= {9: "nine", 10: "ten"}
    return f"one in {words.get(nth, f'{nth:,}')}"
