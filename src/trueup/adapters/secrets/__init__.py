"""Secrets of the world: SOPS and age files, variables, files, and files in memory."""
