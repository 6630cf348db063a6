"""The package indexes: what there is, asked where the build itself would ask."""
