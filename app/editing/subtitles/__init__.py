"""Captions from files: SRT and WebVTT as people and programs really write them, read, checked, mended, written."""
