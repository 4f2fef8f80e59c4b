"""The branch's own rules: pure, no clock, no input or output, no framework, database or logging."""
