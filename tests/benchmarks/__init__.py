"""Figures with a unit of time: printed here, never asserted by a test."""
