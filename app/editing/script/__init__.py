"""Scripts: what is shown, what is said, in which language, and when each word sounds."""
