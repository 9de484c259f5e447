"""Which numbers a simulated scene can have."""

HIGHEST_SEED = 2**31 - 1
"""A seed is a whole number from 0 to this."""
