"""A Run: one finite list of steps on a target, with a budget and attempts.

The whole meaning of the kind: `spec` what a document says, `observe` what there is, `course`
what follows from both. Knows no other kind.
"""
