"""Scripts that run in processes of their own; nothing imports them."""
