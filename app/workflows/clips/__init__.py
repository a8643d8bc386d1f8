"""From decisions to a clip that is shown: its documents, its name, its files."""
