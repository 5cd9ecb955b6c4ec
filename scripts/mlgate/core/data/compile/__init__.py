"""From a contract's row schema to checks."""

from mlgate.core.data.compile.references import References, escape
from mlgate.core.data.compile.row import compile_row

__all__ = ["References", "compile_row", "escape"]
