"""The classes of errors, one module a family. Each knows only what lines look like."""
