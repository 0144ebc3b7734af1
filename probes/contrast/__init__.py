"""Contrast triples: a sentence, a good and a bad paraphrase; which is nearer? Run with every control, always.

`arms` makes the sentences of the controls, `judges` choose, `strata` count where letters mislead, `verdicts` say what
may be concluded.
"""
