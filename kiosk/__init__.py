"""Where a customer takes a number: the touch screen, the slip and its printer."""
