"""The operator profile: what one company promised about personal data, and the policy published from it."""
