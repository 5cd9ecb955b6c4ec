"""Regular expressions of JSON Schema (ECMA-262, with Unicode): read once, and said again for the engines at hand."""

from __future__ import annotations

from mlgate.core.data.pattern.parse import parse
from mlgate.core.data.pattern.python import to_python
from mlgate.core.data.pattern.re2 import to_re2
from mlgate.core.data.pattern.syntax import NoTranslationError, PatternError

__all__ = ["NoTranslationError", "PatternError", "parse", "to_python", "to_re2"]
