"""`make demo`: fills a running desk with conversations of made-up customers."""
