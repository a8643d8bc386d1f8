"""What may be cleaned up of files: who refers to them, and what was left over."""
