"""The training of the stop spotter: synthetic voices say stop words and much else, and a small network learns which
is which.
"""
