"""How work happens. Knows no kind, no tool and no clock: time is an argument."""
