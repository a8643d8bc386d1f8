"""Records that cross floors: frozen, validated, with units in their docstrings."""
