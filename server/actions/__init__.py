"""What people do in a branch: one module for each thing, each one transaction."""
