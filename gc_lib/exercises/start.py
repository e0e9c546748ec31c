"""Lesson 00, start here: which block a wrong dW turns red, and the lecture's three words."""

from ..checker.slide import band
from .build import Build
from .prediction import Choose

red = Choose(
    "a",
    {
        "a": "a wrong dW spoils its own block and nothing else, since nothing further down is computed from it.",
        "b": "db2 is computed from dZ2, as dW2 is, but not from dW2. What then should spoil it?",
        "c": "what goes on down is dA_prev = W2ᵀ dZ2; that would turn W1 red. Does dW2 stand in that line? On the "
        "bench one bar of six turns red.",
        "d": "a check compares slopes and never reads your lines: it names the block, not the line. On the bench, "
        "plant another bug of dW in layer 2: the same one bar turns red. What tells the lines apart stands in 04.",
    },
    tells=("W2 disagrees",),
    solution="solutions/00_start_here.ipynb",
)


word = Build(
    band,
    {
        f"a reading of {number:g}": (number,)
        for number in (3e-8, 4e-7, 8e-7, 1e-6, 3e-6, 7e-6, 3e-5, 8e-5, 2e-4, 4e-4, 7e-4, 3e-3, 0.5)
    },
    {
        "yours leaves great near 1e-7, and look near 1e-5; the text says ten times more.": "GREAT → 1e-7; WORRY → 1e-5",
        "great ends at 1e-6, and yours near 1e-7, the lecture's number.": "GREAT → 1e-7",
        "look ends at 1e-4, and yours near 1e-5, the lecture's number.": "WORRY → 1e-5",
        "great up to 1e-5? It ends halfway between 1e-7 and 1e-5, in powers of ten.": "GREAT → 1e-5; WORRY → 1e-3",
        "1e-6 itself is look already: great is what lies below it.": "reading < GREAT → reading <= GREAT",
        "that is halfway by plain distance; take the distance in powers of ten.": "GREAT → 5e-6; WORRY → 5e-4",
        "look and worry have changed places.": 'else "worry" → else "look"; "look" if → "worry" if',
        "look ends at 1e-4, and yours goes on to 1e-3, which is 10e-4.": "WORRY → 1e-3",
        "where is worry? It begins above 1e-4.": "WORRY → 1",
        "where is worry? What is above 1e-4 is above 1e-6, too.": "'look' if reading > 1e-6 else 'great'",
        "yours is always great: is a < turned round, or a minus missing? 1e6 is a million.": "'great'",
    },
    "so the kit colours its bands and bars.",
)
