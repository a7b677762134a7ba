"""Presents requests about data on pages of the dashboard: states, clocks and steps, in words of the reader."""
