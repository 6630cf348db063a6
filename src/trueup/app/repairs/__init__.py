"""Failures of stacks that make Runs by themselves: found, counted, made, and ended."""
