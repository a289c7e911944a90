"""Parts the inbox screens are put together from."""
