"""One script a schema; names are numbers in order."""
