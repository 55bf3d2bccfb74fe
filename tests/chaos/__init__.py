"""The chaos test: processes killed at random moments while people work, and an audit afterwards."""
