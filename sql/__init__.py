"""The branch in a database: SQLite or PostgreSQL behind the store's interface."""
