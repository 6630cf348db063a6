"""The composition root: builds the adapters, wires them to the engine, starts and stops.

The one package that knows all the others.
"""
