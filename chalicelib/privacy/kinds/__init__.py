"""The kinds of request about personal data, one file each; docs/adding-a-kind-of-request.md says how to add one."""
