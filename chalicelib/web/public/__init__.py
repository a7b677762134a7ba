"""Pages that anybody may open: the policy, the check of a certificate, and the health check."""
