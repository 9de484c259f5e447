"""Roll-outs of a policy in the simulated world, and reports of how often it succeeds."""
