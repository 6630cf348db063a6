"""A Stack: a compose project that should always run.

The whole meaning of the kind: `spec` what a document says, `observe` what there is,
`plan` what follows from both. Knows no other kind.
"""
