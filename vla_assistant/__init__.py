"""Talk to a robot arm: speech in, a vision-language-action policy in between, guarded motion out."""

__version__ = "0.1.0"
