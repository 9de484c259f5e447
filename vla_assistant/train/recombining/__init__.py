"""Freely recombined texts with what they mean: what the decoder of the language layer is trained on."""
