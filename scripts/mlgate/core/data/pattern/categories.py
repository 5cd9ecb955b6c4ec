"""Names of properties in regular expressions: general categories, and the scripts that are most written."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import groupby

from mlgate.core.data.pattern.syntax import Category, PatternError, Range

CODE_POINTS = 0x110000  # of Unicode
_LONG = {
    "C": ("Other",),
    "Cc": ("Control", "cntrl"),
    "Cf": ("Format",),
    "Co": ("Private_Use",),
    "L": ("Letter",),
    "Ll": ("Lowercase_Letter",),
    "Lm": ("Modifier_Letter",),
    "Lo": ("Other_Letter",),
    "Lt": ("Titlecase_Letter",),
    "Lu": ("Uppercase_Letter",),
    "M": ("Mark", "Combining_Mark"),
    "Mc": ("Spacing_Mark",),
    "Me": ("Enclosing_Mark",),
    "Mn": ("Nonspacing_Mark",),
    "N": ("Number",),
    "Nd": ("Decimal_Number", "digit"),
    "Nl": ("Letter_Number",),
    "No": ("Other_Number",),
    "P": ("Punctuation", "punct"),
    "Pc": ("Connector_Punctuation",),
    "Pd": ("Dash_Punctuation",),
    "Pe": ("Close_Punctuation",),
    "Pf": ("Final_Punctuation",),
    "Pi": ("Initial_Punctuation",),
    "Po": ("Other_Punctuation",),
    "Ps": ("Open_Punctuation",),
    "S": ("Symbol",),
    "Sc": ("Currency_Symbol",),
    "Sk": ("Modifier_Symbol",),
    "Sm": ("Math_Symbol",),
    "So": ("Other_Symbol",),
    "Z": ("Separator",),
    "Zl": ("Line_Separator",),
    "Zp": ("Paragraph_Separator",),
    "Zs": ("Space_Separator",),
}
_SHORT = {name: short for short, names in _LONG.items() for name in (short, *names)}
SCRIPTS = frozenset(
    {
        "Arabic",
        "Armenian",
        "Bengali",
        "Bopomofo",
        "Cherokee",
        "Coptic",
        "Cyrillic",
        "Devanagari",
        "Ethiopic",
        "Georgian",
    }
    | {"Greek", "Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Kannada", "Katakana", "Khmer", "Lao"}
    | {
        "Latin",
        "Malayalam",
        "Mongolian",
        "Myanmar",
        "Sinhala",
        "Syriac",
        "Tamil",
        "Telugu",
        "Thaana",
        "Thai",
        "Tibetan",
    }
)


def category(text: str, *, negated: bool) -> Category:
    """Return what stands in the braces of an escape for properties.

    Raises:
        PatternError: The name is unknown here.
    """
    key, _, value = text.rpartition("=")
    if key in ("", "gc", "General_Category") and value in _SHORT:
        return Category(name=_SHORT[value], negated=negated)
    if key in ("sc", "Script") and value in SCRIPTS:
        return Category(name=value, negated=negated, is_script=True)
    raise PatternError(f"the property {text:.40}")


@cache
def ranges_of(name: str) -> tuple[Range, ...]:
    """Return the code points of a general category."""
    found, position = [], 0
    categories = (unicodedata.category(chr(code)).startswith(name) for code in range(CODE_POINTS))
    for inside, run in groupby(categories):
        length = sum(1 for _ in run)
        if inside:
            found.append((position, position + length - 1))
        position += length
    return tuple(found)
