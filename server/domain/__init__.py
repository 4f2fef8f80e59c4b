"""What a branch is and what may happen in it. Pure: no clock, no input or output, no framework, no database."""
