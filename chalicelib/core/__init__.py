"""Basics without storage: clock, ids, errors, logging, languages, texts, working days, addresses."""
