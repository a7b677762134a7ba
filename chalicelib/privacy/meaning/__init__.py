"""What one sentence of a person may want done about their data, in whatever words."""
