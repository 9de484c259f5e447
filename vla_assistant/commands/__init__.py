"""The commands of `vla-assistant`, one file for each or for a few that belong together. `cli` registers them."""
