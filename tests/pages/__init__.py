"""The pages, asked and answered without a browser."""
