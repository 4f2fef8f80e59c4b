"""Settings, the example office and the words on the screens."""
