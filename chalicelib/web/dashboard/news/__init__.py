"""Pages about news and offers: the mailings, and the customers who get them."""
