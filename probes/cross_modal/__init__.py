"""Cross-modal choice: is a picture or a sound nearer to this phrase or to that? Run with every control, always.

`arms` says what is shown in place of the picture or sound, `seeing` brings it into a subject's space, `verdicts` say
what may be concluded.
"""
