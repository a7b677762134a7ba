"""The local run: stand-ins for AWS and the providers, and tools of tests. The product imports nothing of it."""
