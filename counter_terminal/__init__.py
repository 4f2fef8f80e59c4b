"""What an officer works with: the terminal's page and the keypad."""
