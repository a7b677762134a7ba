"""A request about personal data: its kinds, its row, what it waits for, its limits, and how it is stored."""
