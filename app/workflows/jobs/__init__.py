"""How jobs are taken in, run, watched, taken over and ended: the durable engine and what stands around it."""
