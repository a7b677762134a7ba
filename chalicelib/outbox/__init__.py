"""What leaves: replies, outbox entries, delivery through the channels, retries."""
