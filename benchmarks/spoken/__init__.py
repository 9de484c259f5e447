"""Speech to measure with: synthetic voices, noises, rooms, and what is said."""
