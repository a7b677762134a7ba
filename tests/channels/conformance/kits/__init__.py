"""A kit for each channel, named by its id: what its provider sends and answers."""
