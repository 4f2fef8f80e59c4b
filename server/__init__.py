"""The office's server: the queue of one branch, and the doors to it."""
