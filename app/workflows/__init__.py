"""Jobs: each a short list of steps over the floors below."""
