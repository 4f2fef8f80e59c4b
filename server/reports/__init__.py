"""What is read from the past: exports, measures, verification. Nothing here changes the branch."""
