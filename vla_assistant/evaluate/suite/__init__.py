"""How often a policy does what it was told on the tabletop suite: episodes, logs, figures and a report with films."""
