"""The tasks of the workflow that destroys a person's data: one file each, one function each, one role each."""
