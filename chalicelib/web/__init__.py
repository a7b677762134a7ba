"""HTTP: webhooks, public pages, the JSON API and the dashboard. This package imports nothing by itself."""
