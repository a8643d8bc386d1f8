"""The outside world: voices, stored files, caches."""
