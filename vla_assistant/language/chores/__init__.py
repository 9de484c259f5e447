"""The drawer, and tasks of several steps: what is said of them, and what they come to before what is seen."""
