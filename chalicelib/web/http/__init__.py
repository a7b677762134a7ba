"""What every route shares: the request, rights, validators and responses."""
