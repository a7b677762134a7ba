"""The embedded AWS of the local run: its process, the deployed stack, the clock, and Lambda processes by fork."""
