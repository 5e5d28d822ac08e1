"""`python -m footfall`: the command, for a Python whose scripts are not on the path."""

from footfall.cli.main import main

# Workers import this file under another name, and are no command.
if __name__ == "__main__":
    main()
