"""Plans faults of providers, of AWS services and of Lambda processes, for tests and for the stand-in phones."""
