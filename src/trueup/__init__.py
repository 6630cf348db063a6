"""Trueup keeps plain Docker hosts true to what git says.

```
                    cli                      arguments in, text out
                     │
                    app                      composition root: builds, wires, starts, stops
   ┌──────────┬──────┼───┬────────┬──────────┐
adapters  documents  engine  kinds  report  settings     neighbours: strangers to each other
   └──────────┴──────┼───┴────────┴──────────┘
                   model                     frozen data and ports; standard library only
```
"""

__version__ = "0.1.0"
