"""Keywords that apply schemas to the same value: `allOf`, `anyOf`, `oneOf`, `not`, `if`, and references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.compile.parts import (
    Compiled,
    every,
    joined,
    negated,
    one,
    some,
    unknown,
)
from mlgate.core.data.compile.references import UnresolvedError
from mlgate.core.data.ir import ExactlyOne, Test

if TYPE_CHECKING:
    from mlgate.core.data.compile.references import Place
    from mlgate.core.data.compile.schema import Compiler


def all_of(compiler: Compiler, place: Place) -> Compiled:
    """Compile `allOf`: each demand stands by itself."""
    return joined(_branches(compiler, place, "allOf"))


def any_of(compiler: Compiler, place: Place) -> Compiled:
    """Compile `anyOf`: with an uncompiled branch, suspect is what fails all the others."""
    branches, pointer = _branches(compiler, place, "anyOf"), f"{place.pointer}/anyOf"
    if all(branch.is_exact for branch in branches):
        return one(pointer, some(branch.test for branch in branches))
    return unknown(pointer, every(branch.suspects for branch in branches))


def one_of(compiler: Compiler, place: Place) -> Compiled:
    """Compile `oneOf`: with an uncompiled branch, suspect is what does not satisfy exactly one for sure."""
    branches, pointer = _branches(compiler, place, "oneOf"), f"{place.pointer}/oneOf"
    if all(branch.is_exact for branch in branches):
        return one(pointer, ExactlyOne(tests=tuple(branch.test for branch in branches)))
    return unknown(pointer)


def negation(compiler: Compiler, place: Place) -> Compiled:
    """Compile `not`: with something uncompiled in it, suspect is what satisfies the rest."""
    inner, pointer = compiler.compile(place.below("not")), f"{place.pointer}/not"
    return one(pointer, negated(inner.test)) if inner.is_exact else unknown(pointer, inner.test)


def condition(compiler: Compiler, place: Place) -> Compiled:
    """Compile `if` with its `then` and `else`."""
    decides = compiler.compile(place.below("if"))
    arms = [_arm(compiler, place, decides, word) for word in ("then", "else") if word in place.schema]
    return joined(arms)


def _arm(compiler: Compiler, place: Place, decides: Compiled, word: str) -> Compiled:
    arm = compiler.compile(place.below(word))
    if not decides.is_exact:
        reached = decides.test if word == "then" else decides.suspects
        return _all_unknown(arm, place, word, reached)
    left_out = negated(decides.test) if word == "then" else decides.test

    def unless_left_out(test: Test) -> Test:
        return some((left_out, test))

    return arm.inside(unless_left_out)


def _all_unknown(arm: Compiled, place: Place, word: str, reached: Test) -> Compiled:
    """Return an arm of which nobody can say here whether it applies."""
    if arm == Compiled():
        return arm
    return unknown(f"{place.pointer}/{word}", every((reached, arm.suspects)))


def reference(compiler: Compiler, place: Place) -> Compiled:
    """Compile `$ref` as what it leads to; where it leads back into itself, it has no compiled form."""
    pointer = f"{place.pointer}/$ref"
    try:
        target = compiler.references.resolve(place.schema["$ref"], place.base)
    except UnresolvedError:
        return unknown(pointer)
    return compiler.follow(target, pointer)


def dynamic_reference(_: Compiler, place: Place) -> Compiled:
    """Name `$dynamicRef`, which depends on how evaluation came here."""
    return unknown(f"{place.pointer}/$dynamicRef")


def _branches(compiler: Compiler, place: Place, keyword: str) -> list[Compiled]:
    return [compiler.compile(place.below(keyword, index)) for index in range(len(place.schema[keyword]))]
