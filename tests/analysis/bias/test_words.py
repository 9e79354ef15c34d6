"""What an audit says, tested as text."""

from __future__ import annotations

import itertools
import re

from latchstring.analysis.bias import words
from latchstring.analysis.bias.shares import Share
from latchstring.analysis.bias.words import Finding

COUNTED = r"[\d,]+ of [\d,]+"
TIMES = r"\d+\.\d\d (?:to \d+\.\d\d times that of the other|times that of the other or more)"
PERCENT = r"(\d+|under 1|over 99) %"
FIRST = rf"{COUNTED} cases of women were removed \({PERCENT}\), and {COUNTED} of men \({PERCENT}\)\."
CLOSED_SET = {
    rf"{FIRST} Chance alone allows for {TIMES}\. We cannot tell whether the groups differ\.": Finding.CANNOT_TELL,
    rf"{FIRST} The share of women is {TIMES}: more often, beyond chance\.": Finding.HIGHER,
    rf"{FIRST} The share of women is {TIMES}: less often, beyond chance\.": Finding.LOWER,
    r"There are fewer than 5 cases of women\. They are not shown: none can be picked out\.": Finding.TOO_FEW,
}


def test_no_sentence_comes_from_outside_the_closed_set():
    """Few hits and many on either side: each text is one of these, with its finding, and each of them is told."""
    shares = [Share(hits, of) for of in (5, 40, 2_000) for hits in (0, 1, of // 2, of)]
    said = [
        words.compare("women", one, "men", other, "were removed")
        for one, other in itertools.product(shares, repeat=2)
    ]
    told = set()
    for each in (*said, words.suppressed("women", 5)):
        [kind] = [kind for kind in CLOSED_SET if re.fullmatch(kind, each.text)]
        assert CLOSED_SET[kind] is each.finding
        told.add(kind)
    assert told == set(CLOSED_SET)
