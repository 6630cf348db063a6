"""Arguments in, text and an exit code out. `--help` imports nothing slow."""
