"""The workflow that destroys a person's data: inventory, write barrier, eraser, verifier, and how tasks wait."""
