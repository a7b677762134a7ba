"""How tables and queues are reached: item schema, models, single calls, transactions, batches, wake-up messages."""
