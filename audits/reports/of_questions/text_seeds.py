"""Seeds in a report: on how many real texts the synthetic ones rest."""

from __future__ import annotations

from audits.estimates import in_effect, number, percent
from audits.reports.document_material import part_of, plain, ranged, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_MAIN = Lines(
    "groups",
    "Real texts that the synthetic ones of each group rest on in effect, what as many fresh real "
    "texts would rest on, and how widely they are spread, 1 being as widely as those",
    (
        GROUP,
        Shown("Real texts", lambda row: whole(row.real), hides=True),
        Shown("Synthetic texts", lambda row: whole(row.synthetic), hides=True),
        Shown("In effect", lambda row: in_effect(row.seeds.value) if row.seeds.known else "–"),
        Shown("Fresh ones", lambda row: in_effect(row.fresh) if row.fresh == row.fresh else "–"),
        Shown("Spread", lambda row: ranged(row.spread)),
        Shown("Five most used", lambda row: part_of(row.top5_share)),
        Shown("Nearest alike by", lambda row: plain(row.nearest)),
        Shown("Real ones", lambda row: plain(row.nearest_real)),
    ),
    most=40,
)  # fmt: skip


def _lead(answer: Answer) -> tuple[str, ...]:
    if not answer.rows:
        return ("No real texts were given, so that nothing can be said of what texts rest on.",)
    return (
        "A text rests on the real text whose words and pairs of words are nearest to its own. Some "
        "real texts are near to many others, whoever writes them; so what counts is the comparison "
        "with fresh real texts.",
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Texts are compared by the cosine of their words and pairs of words, each weighted by how "
        "few texts have it. Every synthetic text is given to its nearest real one; the number "
        "of real texts in effect is the larger of two Hill numbers of what each is given (Hill "
        f"1973), among at most {settings.seed_texts:,} texts of a group on each side.",
        "The spread deals the real texts of the group into halves, many times, and compares how "
        "often two synthetic texts share their nearest real text in one half with how often two "
        "texts of the other half do (leaving out one real text at a time, Efron & Stein 1981, or "
        "by the error of Simpson's index, Simpson 1949). It is watched below "
        f"{number(settings.kappa_watch)} where surely below 1 (Benjamini & Hochberg 1995), and a "
        f"problem where the whole interval is below {number(settings.kappa_problem)}; so are more "
        f"than {number(settings.amplification_limit)} synthetic texts for each of at most "
        f"{settings.support_problem} real ones. Texts on other subjects than the real ones share "
        "few nearest ones, too.",
        f"Groups of {settings.support_problem} real texts or fewer are never ok; nearness at "
        f"{percent(1.0)} is an exact copy, which spreads as fresh texts do: see debris for those.",
    )


PRESENTATION = Presentation(
    about="on how many real texts they rest",
    bad=("rests on few real texts", "rest on few real texts"),
    caption="How widely the synthetic texts of each group are spread over its real ones, 1 being "
    "as widely as fresh real texts; the narrowest on top",
    main=_MAIN,
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Seed",
            "A real text that synthetic ones were made from. Which it was is not known; the "
            "nearest one stands for it.",
        ),
    ),
)
