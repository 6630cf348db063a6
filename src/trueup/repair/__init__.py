"""From a log to edits: classes of errors, rules, prompts, the grammar of answers, gates.

Pure: text in, text out. Knows no model, no file and no Docker; what it asks of package
indexes it asks through a port.
"""
