"""The library's records, a module for each noun."""
