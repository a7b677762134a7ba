"""What tests of several folders share: people, desks, faults, providers, clients, and waiting for what must come."""
