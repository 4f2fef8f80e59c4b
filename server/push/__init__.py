"""Web push: a phone is told of its turn by its browser, with the ticket's page closed and nothing installed."""
