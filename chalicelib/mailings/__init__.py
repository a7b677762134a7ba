"""News and offers by mail: who gets them, how they are asked for and ended, what is written and sent."""
