"""What AWS, Meta and Telegram would be: the local run, and tools of tests. The product imports none of it."""
