"""The library's routes, a module for each noun."""
