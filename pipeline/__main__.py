"""`python -m pipeline` -> the `onrecord` command."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
