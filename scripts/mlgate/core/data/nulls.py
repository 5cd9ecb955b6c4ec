"""Whether null passes a test: in a typed column a null cell is null only where the contract accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.ir import Absent, All, AnyOf, ExactlyOne, Kind, Never, Not, OneOf, TypeIs

if TYPE_CHECKING:
    from mlgate.core.data.ir import Test


def passes(test: Test) -> bool:
    """Return whether null passes."""
    match test:
        case TypeIs():
            return Kind.NULL in test.kinds
        case OneOf():
            return None in test.values
        case All():
            return all(map(passes, test.tests))
        case AnyOf():
            return any(map(passes, test.tests))
        case ExactlyOne():
            return sum(map(passes, test.tests)) == 1
        case Not():
            return not passes(test.test)
        case Never() | Absent():
            return False
    return True  # all other tests say nothing about null
