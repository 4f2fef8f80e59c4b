"""What a day, a counter or a promise came to, read from what was written down."""
