"""Letters to the office's own people: that a report is due, that it was issued, that the charter wants a review."""
