"""Every method that an interval can come from: in plain words, as a formula, and where it is described."""

# ruff: noqa: RUF001 - formulas and pages as people write them

from __future__ import annotations

from dataclasses import dataclass

PARAGRAPH = "docs/explanation/statistics.md"


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method.

    Attributes:
        name: As people call it.
        words: What it does.
        formula: Without numbers; empty where the words are all there is.
        source: Where it is described.
    """

    name: str
    words: str
    formula: str = ""
    source: str = PARAGRAPH


METHODS: dict[str, Method] = {
    "identity": Method(
        name="identity",
        words="Both sides are the same file and predict the same on every row, so there is nothing to estimate.",
    ),
    "measured": Method(
        name="measured",
        words="The number was measured on the candidate itself: there is no chance of the rows in it.",
    ),
    "tango": Method(
        name="Tango's score interval",
        words="Only rows that one model alone has right count. Of every possible difference it is asked whether such "
        "counts would surprise if it were true; the interval is those that would not.",
        formula="z(δ) = (gained − lost − nδ) / √(n (2q + δ(1 − δ))), q the likeliest share of lost rows given δ; the "
        "ends are where z is plus and minus the quantile",
        source="Tango (1998), Statistics in Medicine 17, 891–908",
    ),
    "multinomial-score": Method(
        name="score interval of the joint table",
        words="Rows are counted by true class and by what each model says. For every possible difference the likeliest "
        "table with that difference is found; the interval is those whose table would not surprise.",
        formula="z(δ) = (difference − δ) / standard error in the table refitted under δ; the ends are where z is plus "
        "and minus the quantile",
    ),
    "delta-t": Method(
        name="mean of the rows' contributions, with Student's t",
        words="Each row adds its part to the difference; how much these parts vary says how far another holdout of "
        "the same size would lead.",
        formula="difference ± t × standard error",
    ),
    "influence-t": Method(
        name="influence of each row, with Student's t",
        words="For each row it is reckoned how far it moves the difference; how much these moves vary says how far "
        "another holdout of the same size would lead.",
        formula="difference ± t × standard error",
    ),
    "squares-t": Method(
        name="comparison of squared errors, with Student's t",
        words="The roots are not compared themselves but their squares, whose error is known well.",
        formula="t(d) = ((RMSE of the baseline − d)² − MSE of the candidate) / standard error; the ends are where it "
        "is plus and minus the quantile",
    ),
    "delong": Method(
        name="DeLong's covariance",
        words="For each row it is counted how many rows of the other class it is ranked rightly against, by each "
        "model. The wider of the plain interval and of one that never leaves 0 to 1 counts.",
        formula="difference ± t × √(var of the candidate + var of the baseline − 2 cov), or MOVER on the logit scale",
        source="DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837–845; Zou and Donner (2008), Statistics in "
        "Medicine 27, 1693–1702",
    ),
    "influence": Method(
        name="influence of each row",
        words="For each row it is reckoned how far it moves each model's value. The wider of the plain interval and of "
        "one that never leaves 0 to 1 counts.",
        formula="difference ± t × standard error, or MOVER on the logit scale",
        source="Zou and Donner (2008), Statistics in Medicine 27, 1693–1702",
    ),
    "logit-t": Method(
        name="interval on the logit scale",
        words="The value is stretched so that 0 and 1 are infinitely far, and the interval is taken there.",
        formula="logit(value) ± t × standard error of logit(value), led back to 0 to 1",
    ),
    "clopper-pearson": Method(
        name="Clopper and Pearson's exact interval",
        words="Of every possible share it is asked, by the binomial distribution itself, whether such a count would "
        "surprise; the interval is those that would not.",
        source="Clopper and Pearson (1934), Biometrika 26, 404–413",
    ),
    "no-differing-row": Method(
        name="what so many equal rows cannot rule out",
        words="No row differs, so nothing varies and there is no standard error. Yet some of all rows may differ "
        "though none of these does; the interval is how far they could move the metric.",
        formula="up to z² / (n + z²) of the rows, each moved as far as the metric allows",
    ),
    "mover-farthest-pair": Method(
        name="bounds over the pairs of groups",
        words="The value is the difference between the two groups that are farthest apart, and nobody knows which two "
        "these truly are. So every pair that could be the farthest is looked at, and the widest answer counts.",
        formula="for each pair, MOVER from its groups' intervals; high: the highest of all; low: with the tail shared "
        "among the pairs",
        source="Berger and Hsu (1996), Statistical Science 11, 283–319; Zou and Donner (2008), Statistics in Medicine "
        "27, 1693–1702",
    ),
    "tango-mover-farthest-pair": Method(
        name="bounds over the pairs of groups, each from paired shares",
        words="Each model's value is the difference between the two groups that are farthest apart, and nobody knows "
        "which two these truly are. So every pair that could be the farthest is looked at, each from the rows of its "
        "groups on which the models disagree, and the widest answer counts.",
        formula="for each pair, MOVER from its groups' intervals of Tango",
        source="Tango (1998), Statistics in Medicine 17, 891–908; Zou and Donner (2008), Statistics in Medicine 27, "
        "1693–1702",
    ),
    "woodruff": Method(
        name="Woodruff's interval of a quantile",
        words="The rows are sorted; the interval is from the row so far below the quantile to the row so far above it "
        "as chance can have moved it.",
        source="Woodruff (1952), Journal of the American Statistical Association 47, 635–646",
    ),
    "woodruff-mover": Method(
        name="Woodruff's intervals of both quantiles, combined",
        words="The error of each side's quantile is read off its sorted rows, and the two are combined by how far the "
        "sides agree on which rows lie below.",
        formula="MOVER from the two sides' intervals, with their correlation",
        source="Woodruff (1952), Journal of the American Statistical Association 47, 635–646; Zou and Donner (2008), "
        "Statistics in Medicine 27, 1693–1702",
    ),
    "u-statistic-t": Method(
        name="unbiased sum of squares, with Student's t",
        words="A square of something estimated comes out too large by its own error, which is taken out. How much the "
        "rows' parts vary, and what is left of chance where there is nothing to find, say how far another holdout of "
        "the same size would lead.",
        formula="difference ± t × standard error",
    ),
    "two-way-t": Method(
        name="two-way variance over seeds and rows",
        words="Training was repeated, so that both the seeds and the rows vary; each adds its part to the error. This "
        "judges the recipe, not the model that would be promoted.",
        formula="difference ± t × √(variance of seeds / seeds + variance of rows / rows)",
    ),
    "unpaired-normal": Method(
        name="two recorded values, as though independent",
        words="The baseline's rows are not at hand, only its value and how certain that was, so that the two errors "
        "add up. That is wider than a comparison row by row.",
        formula="difference ± z × √(error of the candidate² + error of the baseline²)",
    ),
    "newcombe": Method(
        name="Newcombe's interval of two independent shares",
        words="The baseline's rows are not at hand, only its value and its number of rows, so that the two sides are "
        "treated as two holdouts. That is wider than a comparison row by row.",
        source="Newcombe (1998), Statistics in Medicine 17, 873–890",
    ),
}

ADDED: dict[str, str] = {
    "-clustered": "Rows of one group move together, so they count for fewer: the counts are divided by the design "
    "effect, which is never below 1.",
    "-weighted": "Rows count by their weights, and together for as many rows of equal weight as would know as much.",
}


def known(method: str) -> tuple[Method, str] | None:
    """Return a method, and what its variant for groups or weights adds; None for one that has no words here."""
    if method in METHODS:
        return METHODS[method], ""
    for suffix, added in ADDED.items():
        base = method.removesuffix(suffix)
        if base != method and base in METHODS:
            return METHODS[base], added
    return None
