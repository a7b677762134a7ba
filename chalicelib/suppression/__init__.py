"""The suppression list: addresses from which nothing is taken while data is being erased, or just was."""
