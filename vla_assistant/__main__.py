"""`python -m vla_assistant` is `vla-assistant`."""

from vla_assistant.cli import main

if __name__ == "__main__":
    main()
