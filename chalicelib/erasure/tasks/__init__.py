"""The tasks of the erasure workflow: one file each, called by one Lambda function with its own role."""
