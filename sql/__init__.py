"""The branch on disk: tables, the store, the people's and devices' tokens, report queries, migrations."""
