"""Files that customers send: fetched from their provider, kept, handed out, deleted."""
