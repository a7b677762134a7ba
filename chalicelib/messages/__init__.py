"""What arrives: parts of webhook bodies, the transactions that store them, statuses, edits and deletions."""
