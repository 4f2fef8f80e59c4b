"""What the hall sees and hears: the board of called numbers and the player of announcements."""
