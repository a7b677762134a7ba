"""Commands for on-call and deployment: `python -m chalicelib.ops.__main__`."""
