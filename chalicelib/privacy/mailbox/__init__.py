"""The reply mailbox of a request: how it is made, what is put into it, how it is destroyed."""
