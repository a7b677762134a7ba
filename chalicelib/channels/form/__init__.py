"""The form on the website, and the private link by which who filled it in follows their request."""
