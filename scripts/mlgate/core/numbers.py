"""The limits of numbers."""

LARGEST = float.fromhex("0x1.fffffffffffffp+1023")  # of the doubles
EXACT = 2**53  # the whole numbers below it are exact in a double, so comparing there decides as exact arithmetic does
WIDEST = 2**127  # the whole numbers below it fit the engine's widest integer
