"""HTTP only: parse, authorise, call, answer. Nothing here decodes, encodes or scores."""
