"""Text messages: what is said (`words`), to whom and when (`courier`), and through which gateway (`http`, `smpp`)."""
